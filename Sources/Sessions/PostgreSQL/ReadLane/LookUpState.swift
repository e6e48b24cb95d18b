internal import EventLoop

/// The state of a ``LookUpQueue``'s connection. Not nested in the generic type, which would make it slower to copy.
enum LookUpState {
    /// There is no connection. Look-ups wait for the next one. Next: `connected` or `closed`.
    case disconnected(WaitingLookUps)
    /// Look-ups are sent at the end of each turn. Next: `disconnected` after a loss, or `closed`.
    case connected(ReadDialogue)
    /// All look-ups fail. Final.
    case closed

    /// The dialogue on the connection, or nil if there is none.
    var dialogue: ReadDialogue? { if case .connected(let dialogue) = self { dialogue } else { nil } }

    /// The time since which the oldest look-ups are pending, or nil if there are none.
    var oldestLookUps: BootInstant? {
        if case .connected(let dialogue) = self { dialogue.oldestLookUps } else { nil }
    }

    /// The end of the first time limit, or nil if none is running.
    var wakeAt: BootInstant? {
        switch self {
        case .disconnected(let waiting): waiting.wakeAt
        case .connected(let dialogue): dialogue.nextDeadline
        case .closed: nil
        }
    }

    /// Adds a look-up to those of this turn, or to those that wait.
    /// - Returns: True if it adds the turn's first message.
    mutating func add(_ key: LookUpKey, deadline: BootInstant, at now: BootInstant) -> Bool {
        if let isFirst = onConnection({ $0.ask(key) }) { return isFirst }
        _ = onWaiting { $0.add(key, deadline: deadline, at: now) }
        return false
    }

    /// Changes the look-ups that wait for a connection, if there is none.
    mutating func onWaiting<T>(_ change: (inout WaitingLookUps) -> T) -> T? {
        guard case .disconnected = self, case .disconnected(var waiting) = take() else { return nil }
        let result = change(&waiting)
        self = .disconnected(waiting)
        return result
    }

    /// Changes the dialogue, if there is a connection.
    mutating func onConnection<T>(_ change: (inout ReadDialogue) -> T) -> T? {
        guard case .connected = self, case .connected(var dialogue) = take() else { return nil }
        let result = change(&dialogue)
        self = .connected(dialogue)
        return result
    }

    /// Moves the state out for a change in place: arrays with a second reference would be copied. The caller must assign a
    /// state.
    private mutating func take() -> LookUpState {
        var taken = LookUpState.closed
        swap(&taken, &self)
        return taken
    }
}
