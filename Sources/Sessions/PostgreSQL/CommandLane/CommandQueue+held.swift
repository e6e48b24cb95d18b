internal import EventLoop

/// Commands that wait for rows which another transaction holds.
extension CommandQueue {
    /// The time for which a command that waits for locks in vain is sent again.
    static var lockPatience: Duration { .seconds(2) }

    /// The time for which commands of this queue that wait for locks in vain are sent again.
    var lockPatience: Duration { min(deadline, Self.lockPatience) }

    var isEmpty: Bool { waiting.isEmpty && held.isEmpty }

    /// The answer to a command that has waited for others of its name.
    static var lockTimeout: PostgreSQLError { .server(.lockNotAvailable, "canceling statement due to lock timeout") }

    /// Has a command wait if a row of its name is held. Returns whether it waits.
    mutating func park(_ command: Command, at now: BootInstant) -> Bool {
        guard let name = command.requester.name, held.isHeld(name, at: now) else { return false }
        var command = command
        command.lockLimit = command.lockLimit ?? now + lockPatience
        held.append(command, of: name)
        return true
    }

    /// Notes whether the row that a command needs is held.
    /// - Parameters:
    ///   - command: A command whose answer has arrived.
    ///   - failure: Its error.
    ///   - now: The current instant.
    mutating func noteLock(of command: Command, _ failure: PostgreSQLError?, at now: BootInstant) {
        guard let name = command.requester.name else { return }
        if case .server(let reason, _)? = failure, reason == .lockNotAvailable {
            // A commit waits for the lock of notifications, which is nobody's.
            guard !command.failedInCommit else { return }
            // The deadline began with the sending.
            held.failed(name, after: max(.zero, deadline - (command.deadline - now)), at: now)
        } else {
            for other in held.freed(name) { enqueue(other) }
        }
    }

    /// Removes the commands that have waited for a row long enough. They fail.
    mutating func giveUpHeld(at now: BootInstant) -> [Action] {
        held.removeAll { command in command.lockLimit.map { $0 <= now } ?? false }
            .map { .answer($0.id, Self.lockTimeout) }
    }

    /// Begins the time limits of held commands anew.
    mutating func extendHeld(from now: BootInstant) {
        let (deadline, lockLimit) = (now + deadline, now + lockPatience)
        held.modifyEach { command in
            command.extend(to: deadline)
            command.lockLimit = lockLimit
        }
    }

    /// The time at which a held command must be tried or fails, or nil if there is none.
    var heldUntil: BootInstant? {
        let limit = held.least { command in min(command.deadline, command.lockLimit ?? command.deadline) }
        let next: BootInstant? = if case .idle = state { held.nextTryAt } else { nil }
        return [limit, next].compactMap(\.self).min()
    }
}
