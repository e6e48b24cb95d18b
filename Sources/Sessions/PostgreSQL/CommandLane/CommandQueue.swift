internal import EventLoop

/// The commands of a ``CommandLane`` and the state of its connection. A pure state machine: events and the time are passed
/// in, and the actions are returned in the order in which they must be performed.
struct CommandQueue {
    private(set) var state = State.disconnected
    /// The commands that are not at the server.
    private(set) var waiting = WaitingCommands()
    /// The commands that wait for rows which another transaction holds.
    var held = HeldNames<Command>()
    /// The maximum time from a command to its result.
    let deadline: Duration
    private var lastStandstill: BootInstant?

    /// The time after which an idle connection is closed.
    static let idleTime = Duration.seconds(60)
    /// The time for which the server of a new connection is known to be the primary.
    static let certainty = Duration.seconds(1)
    /// The maximum wait of a command while no connection can be opened.
    static let connectionWait = Duration.seconds(1)

    init(deadline: Duration) {
        self.deadline = deadline
    }

    /// The time when the connection was opened, or nil if there is none.
    var openedAt: BootInstant? {
        switch state {
        case .disconnected, .connecting, .closed: nil
        case .idle(let connection, _), .preparing(let connection, _), .prepared(let connection, _),
            .counting(let connection, _), .running(let connection, _), .answered(let connection, _, _):
            connection.openedAt
        }
    }

    /// The command at the server.
    private var current: Command? {
        switch state {
        case .disconnected, .connecting, .idle, .closed: nil
        case .preparing(_, let command), .prepared(_, let command), .counting(_, let command),
            .running(_, let command), .answered(_, let command, _):
            command
        }
    }

    /// The number of the command whose result is expected.
    var running: Int? { if case .running(_, let command) = state { command.id } else { nil } }

    var isClosed: Bool { state == .closed }

    // MARK: Events

    /// Handles a new command.
    mutating func add(_ command: Command) -> [Action] {
        guard !isClosed, waiting.hasRoom(for: command) else {
            return [.answer(command.id, .connection("too many commands wait, or the store was closed"))]
        }
        waiting.append(command)
        if state == .disconnected { return connect() }
        return advance(at: command.askedAt)
    }

    /// Handles a new connection. Nothing is sent before ``advance(at:)``.
    mutating func opened(keepsState: Bool, at now: BootInstant) {
        guard state == .connecting else { return }
        state = .idle(Connection(openedAt: now, keepsState: keepsState), since: now)
    }

    /// Sends the next command if no other one is at the server.
    mutating func advance(at now: BootInstant) -> [Action] {
        guard case .idle(let connection, _) = state else { return [] }
        while true {
            if let command = held.popFirst(at: now) { return start(command, on: connection, at: now) }
            guard let command = waiting.popFirst() else { return [] }
            if !park(command, at: now) { return start(command, on: connection, at: now) }
        }
    }

    /// Handles a failed attempt to connect. Commands that have waited long enough fail.
    mutating func couldNotConnect(_ error: PostgreSQLError, at now: BootInstant) -> [Action] {
        guard state == .connecting else { return [] }
        let isHopeless = if case .unusable = error { true } else { false }
        let actions = giveUp(error) { isHopeless || now - $0.askedAt >= Self.connectionWait }
        state = .disconnected
        return actions + (isEmpty ? [] : connect())
    }

    /// Handles a result.
    /// - Parameters:
    ///   - failure: The server's error; nil for rows, for a statement that was prepared, or for a setting.
    ///   - now: The current instant.
    mutating func received(_ failure: PostgreSQLError?, at now: BootInstant) -> [Action] {
        if let failure, failure.endsConnection, !isAnswer(failure, at: now) { return lost(failure, at: now) }
        switch state {
        case .preparing(let connection, let command):
            state = failure.map { .answered(connection, command, $0) } ?? .prepared(connection, command)
        case .prepared(let connection, let command), .running(let connection, let command):
            state = .answered(connection, command, failure)
        case .counting(let connection, let command):
            if let failure { state = .answered(connection, command, failure) }
        case .answered(let connection, var command, let first):
            command.failedInCommit = first == nil && failure != nil
            state = .answered(connection, command, first ?? failure)
        case .idle, .disconnected, .connecting, .closed:
            return lost(.confusion("an answer to nothing that was asked"), at: now)
        }
        return []
    }

    /// Handles the server's readiness for the next command.
    mutating func serverIsReady(at now: BootInstant) -> [Action] {
        switch state {
        case .prepared(var connection, let command):
            connection.prepared.insert(command.statement)
            state = .running(connection, command)
            return [.markHealthy, .run(command.id, byName: true)]
        case .counting(let connection, let command):
            return [.markHealthy] + start(command, on: connection, at: now)
        case .answered(let connection, var command, let failure):
            switch repetition(of: command, after: failure, on: connection, at: now) {
            case .atOnce?:
                command.wasRepeated = true
                return [.markHealthy] + start(command, on: connection, at: now)
            case .counting?:
                command.isCounted = true
                state = .counting(connection, command)
                return [.markHealthy, .countRevocations(command.id)]
            case .later?:
                noteLock(of: command, failure, at: now)
                state = .idle(connection, since: now)
                waiting.putBack(command)
                return [.markHealthy] + advance(at: now)
            case nil:
                noteLock(of: command, failure, at: now)
                state = .idle(connection, since: now)
                return [.markHealthy, .answer(command.id, failure)] + advance(at: now)
            }
        case .disconnected, .connecting, .idle, .preparing, .running, .closed: return []
        }
    }

    /// Handles the kernel's report that the server has closed the connection. Results may still have to be read.
    mutating func hungUp(at now: BootInstant) -> [Action] {
        guard case .idle = state else { return [] }
        return lost(.connection("the server hung up"), at: now)
    }

    /// Handles the loss of the connection. The command at the server is sent again on the next connection if it cannot have
    /// been executed, or if it is idempotent.
    mutating func lost(_ error: PostgreSQLError, at now: BootInstant) -> [Action] {
        guard openedAt != nil else { return [] }
        var actions: [Action] = []
        if var command = current {
            if mayRepeat(command, after: error) {
                command.wasRepeated = true
                // The next connection knows nothing of it.
                command.isCounted = false
                waiting.prepend(command)
            } else {
                actions.append(.answer(command.id, error))
            }
            // After a demotion the next connection is opened at once: there may be another primary.
            if !error.isReadOnlyTransaction { actions.append(.reportLoss(error)) }
        } else if !isEmpty {
            actions.append(.reportLoss(error))
        }
        state = .disconnected
        return actions + [.disconnect] + (isEmpty ? [] : connect())
    }

    /// Handles the end of a time limit.
    mutating func tick(at now: BootInstant) -> [Action] {
        let actions = giveUp(.deadline) { $0.deadline <= now } + giveUpHeld(at: now)
        if state == .connecting, isEmpty {
            state = .disconnected
            return actions + [.stopConnecting]
        }
        // It is unknown whether the command at the server was executed. The connection is closed.
        if let current, current.deadline <= now { return actions + lost(.deadline, at: now) }
        if case .idle(_, let since) = state, isEmpty, now - since >= Self.idleTime {
            state = .disconnected
            return actions + [.disconnect]
        }
        return actions + advance(at: now)
    }

    /// Handles the end of a standstill of this process: time limits begin anew, since answers may lie in the socket.
    mutating func stoodStill(until end: BootInstant) {
        guard end != lastStandstill else { return }
        lastStandstill = end
        let deadline = end + deadline
        waiting.modifyEach { $0.extend(to: deadline) }
        extendHeld(from: end)
        state.extendDeadline(to: deadline)
    }

    /// Handles the end of the lane: all commands fail.
    mutating func close() -> [Action] {
        let disconnection: [Action] = openedAt == nil ? [] : [.disconnect]
        let unanswered = (current.map { [$0] } ?? []) + waiting.removeAll { _ in true } + held.removeAll { _ in true }
        state = .closed
        return disconnection + unanswered.map { .answer($0.id, .connection("the store was closed")) }
    }

    /// The time at which ``tick(at:)`` must be called, or nil if no time limit is running.
    var wakeAt: BootInstant? {
        let deadline = [waiting.least(\.deadline), heldUntil].compactMap(\.self).min()
        if let current { return min(current.deadline, deadline ?? current.deadline) }
        if deadline == nil, case .idle(_, let since) = state { return since + Self.idleTime }
        return deadline
    }

    // MARK: Transitions

    /// Has a command wait for its next turn.
    mutating func enqueue(_ command: Command) { waiting.append(command) }

    private mutating func connect() -> [Action] {
        state = .connecting
        return [.connect]
    }

    private mutating func start(_ command: Command, on connection: Connection, at now: BootInstant) -> [Action] {
        var command = command
        // A command that waited long before it was sent must not end a connection that works.
        command.deadline = now + deadline
        command.lockLimit = command.lockLimit ?? now + lockPatience
        command.failedInCommit = false
        guard connection.keepsState, !connection.prepared.contains(command.statement) else {
            state = .running(connection, command)
            return [.run(command.id, byName: connection.keepsState)]
        }
        state = .preparing(connection, command)
        return [.prepare(command.id)]
    }

    /// Removes the commands that have waited long enough. They fail.
    private mutating func giveUp(_ error: PostgreSQLError, _ isOver: (Command) -> Bool) -> [Action] {
        (waiting.removeAll(where: isOver) + held.removeAll(where: isOver)).map { .answer($0.id, error) }
    }
}
