internal import DequeModule
internal import EventLoop

/// The commands of a ``CommandLane`` and the state of its connection: what has happened goes in, what is to be done comes
/// out, in the order in which it is to be done. It does no I/O, and time is passed in.
struct CommandQueue {
    private(set) var state = State.disconnected
    /// Those that are not at the server, the next one first.
    private(set) var waiting = Deque<Command>()
    /// How long the server may take for a command.
    private let deadline: Duration

    static let maxWaiting = 1024
    /// How long a connection stands idle before it is closed.
    static let idleTime = Duration.seconds(60)
    /// For how long a connection is known to lead to the server that is the primary.
    static let certainty = Duration.seconds(1)
    /// How long a command waits for a connection while there is none to be had.
    static let connectionWait = Duration.seconds(1)

    init(deadline: Duration) {
        self.deadline = deadline
    }

    /// When the connection was opened; nil while there is none.
    var openedAt: BootInstant? {
        switch state {
        case .disconnected, .connecting, .closed: nil
        case .idle(let connection, _), .preparing(let connection, _), .prepared(let connection, _),
            .running(let connection, _), .answered(let connection, _, _):
            connection.openedAt
        }
    }

    /// The command that the server has.
    private var current: Command? {
        switch state {
        case .disconnected, .connecting, .idle, .closed: nil
        case .preparing(_, let command), .prepared(_, let command), .running(_, let command),
            .answered(_, let command, _):
            command
        }
    }

    /// The command whose rows a result has.
    var running: Int? { if case .running(_, let command) = state { command.id } else { nil } }

    var isClosed: Bool { state == .closed }

    // MARK: What happens

    /// Somebody asks for a command.
    mutating func add(_ command: Command) -> [Action] {
        guard !isClosed, waiting.count < Self.maxWaiting else {
            return [.answer(command.id, .connection("too many commands wait, or the store was closed"))]
        }
        let place = command.isUrgent ? waiting.firstIndex { !$0.isUrgent && !$0.wasRepeated } : nil
        waiting.insert(command, at: place ?? waiting.endIndex)
        if state == .disconnected { return connect() }
        return advance(at: command.askedAt)
    }

    /// There is a connection. Nothing is sent before ``advance(at:)``.
    mutating func opened(keepsState: Bool, at now: BootInstant) {
        guard state == .connecting else { return }
        state = .idle(Connection(openedAt: now, keepsState: keepsState), since: now)
    }

    /// Sends the next command if the server has none.
    mutating func advance(at now: BootInstant) -> [Action] {
        guard case .idle(let connection, _) = state, let command = waiting.popFirst() else { return [] }
        return start(command, on: connection, at: now)
    }

    /// There was no connection to be had: those who have waited long enough learn why.
    mutating func couldNotConnect(_ error: PostgreSQLError, at now: BootInstant) -> [Action] {
        guard state == .connecting else { return [] }
        let isHopeless = if case .unusable = error { true } else { false }
        let actions = giveUp(error) { isHopeless || now - $0.askedAt >= Self.connectionWait }
        state = .disconnected
        return actions + (waiting.isEmpty ? [] : connect())
    }

    /// A result has arrived.
    /// - Parameter failure: what the server refuses; nil for rows, or for a statement that was prepared.
    mutating func received(_ failure: PostgreSQLError?, at now: BootInstant) -> [Action] {
        if let failure, failure.endsConnection, !isAnswer(failure, at: now) { return lost(failure, at: now) }
        switch state {
        case .preparing(let connection, let command):
            state = failure.map { .answered(connection, command, $0) } ?? .prepared(connection, command)
        case .prepared(let connection, let command), .running(let connection, let command):
            state = .answered(connection, command, failure)
        case .answered(let connection, let command, let first):
            state = .answered(connection, command, first ?? failure)
        case .idle, .disconnected, .connecting, .closed:
            return lost(.confusion("an answer to nothing that was asked"), at: now)
        }
        return []
    }

    /// The server is ready for the next command.
    mutating func serverIsReady(at now: BootInstant) -> [Action] {
        switch state {
        case .prepared(var connection, let command):
            connection.prepared.insert(command.statement)
            state = .running(connection, command)
            return [.markHealthy, .run(command.id, byName: true)]
        case .answered(let connection, var command, let failure):
            if case .server(let reason, _) = failure, reason.asksForRepetition, command.isIdempotent,
                !command.wasRepeated
            {
                command.wasRepeated = true
                return [.markHealthy] + start(command, on: connection, at: now)
            }
            state = .idle(connection, since: now)
            return [.markHealthy, .answer(command.id, failure)] + advance(at: now)
        case .disconnected, .connecting, .idle, .preparing, .running, .closed: return []
        }
    }

    /// The server has closed the connection: said by the kernel, which knows nothing of what is still to be read.
    mutating func hungUp(at now: BootInstant) -> [Action] {
        guard case .idle = state else { return [] }
        return lost(.connection("the server hung up"), at: now)
    }

    /// The connection is of no more use. The command that the server has is sent again on the next one if nothing of it can
    /// have happened, or if it does no harm twice.
    mutating func lost(_ error: PostgreSQLError, at now: BootInstant) -> [Action] {
        guard openedAt != nil else { return [] }
        var actions: [Action] = []
        if var command = current {
            if mayRepeat(command, after: error) {
                command.wasRepeated = true
                waiting.prepend(command)
            } else {
                actions.append(.answer(command.id, error))
            }
            // After a demotion the next connection is made at once, which tells whether there is another primary.
            if !error.isReadOnlyTransaction { actions.append(.reportLoss(error)) }
        } else if !waiting.isEmpty {
            actions.append(.reportLoss(error))
        }
        state = .disconnected
        return actions + [.disconnect] + (waiting.isEmpty ? [] : connect())
    }

    /// Time has passed: to be called at ``wakeAt``.
    mutating func tick(at now: BootInstant) -> [Action] {
        let actions = giveUp(.deadline) { $0.deadline <= now }
        // What became of the one at the server is unknown, and the connection goes.
        if let current, current.deadline <= now { return actions + lost(.deadline, at: now) }
        if case .idle(_, let since) = state, waiting.isEmpty, now - since >= Self.idleTime {
            state = .disconnected
            return actions + [.disconnect]
        }
        return actions
    }

    /// The lane ends, and with it all that waits.
    mutating func close() -> [Action] {
        let disconnection: [Action] = openedAt == nil ? [] : [.disconnect]
        let unanswered = (current.map { [$0] } ?? []) + Array(waiting)
        waiting.removeAll()
        state = .closed
        return disconnection + unanswered.map { .answer($0.id, .connection("the store was closed")) }
    }

    /// When ``tick(at:)`` has something to do; nil: never, as it is.
    var wakeAt: BootInstant? {
        let deadline = waiting.lazy.map(\.deadline).min()
        if let current { return min(current.deadline, deadline ?? current.deadline) }
        if deadline == nil, case .idle(_, let since) = state { return since + Self.idleTime }
        return deadline
    }

    // MARK: What follows

    private mutating func connect() -> [Action] {
        state = .connecting
        return [.connect]
    }

    private mutating func start(_ command: Command, on connection: Connection, at now: BootInstant) -> [Action] {
        var command = command
        // What it waited before it was sent is no reason to give up a connection that works.
        command.deadline = now + deadline
        guard connection.keepsState, !connection.prepared.contains(command.statement) else {
            state = .running(connection, command)
            return [.run(command.id, byName: connection.keepsState)]
        }
        state = .preparing(connection, command)
        return [.prepare(command.id)]
    }

    /// Takes those out that have waited long enough.
    private mutating func giveUp(_ error: PostgreSQLError, _ isOver: (Command) -> Bool) -> [Action] {
        let over = waiting.filter(isOver)
        guard !over.isEmpty else { return [] }
        waiting.removeAll(where: isOver)
        return over.map { .answer($0.id, error) }
    }

    private func mayRepeat(_ command: Command, after error: PostgreSQLError) -> Bool {
        guard !command.wasRepeated, error != .deadline else { return false }
        switch state {
        case .preparing, .prepared: return true
        case .running, .answered, .idle, .disconnected, .connecting, .closed: break
        }
        if case .server(let state, _) = error, state.refusesConnection { return true }
        return command.isIdempotent
    }

    /// Whether a server that takes no changes is the right one all the same: it was not a standby a moment ago. Another
    /// connection would hear the same.
    private func isAnswer(_ error: PostgreSQLError, at now: BootInstant) -> Bool {
        guard error.isReadOnlyTransaction, let openedAt else { return false }
        return now - openedAt < Self.certainty
    }
}
