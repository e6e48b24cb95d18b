internal import EventLoop

/// The parts of a ``CommandQueue``.
extension CommandQueue {
    /// A statement without an answer, as far as its order matters.
    struct Command: Equatable {
        /// The command's number in the lane.
        let id: Int
        /// The key of its prepared statement on a connection.
        let statement: String
        let isIdempotent: Bool
        let isUrgent: Bool
        /// Whoever asks for it.
        let requester: Requester
        let askedAt: BootInstant
        /// The time at which the command fails. Set anew when it is sent.
        var deadline: BootInstant
        /// True if the command was sent again after the loss of a connection or a conflict. It is not sent a third time.
        var wasRepeated = false
        /// The time until which the command is sent again if it waits for a lock in vain; nil before it was sent.
        var lockLimit: BootInstant?
        /// True if the statement has succeeded and its commit has failed.
        var failedInCommit = false
        /// True once the server was told to count what the command revokes instead of notifying.
        var isCounted = false

        init(
            _ id: Int, statement: String, isIdempotent: Bool, isUrgent: Bool = false,
            requester: Requester = Requester(), askedAt: BootInstant, deadline: BootInstant
        ) {
            self.id = id
            self.statement = statement
            self.isIdempotent = isIdempotent
            self.isUrgent = isUrgent
            self.requester = requester
            self.askedAt = askedAt
            self.deadline = deadline
        }

        /// Postpones the deadline.
        mutating func extend(to time: BootInstant) { deadline = max(deadline, time) }
    }

    /// The facts of an open connection.
    struct Connection: Equatable {
        let openedAt: BootInstant
        /// A Boolean value that indicates whether prepared statements remain on the connection.
        let keepsState: Bool
        /// The keys of the prepared statements.
        var prepared: Set<String> = []
    }

    /// The state of the connection.
    enum State: Equatable {
        /// There is no connection, and no command needs one. Next: `connecting` with a command.
        case disconnected
        /// A connection is being opened. Next: `idle`; after a failure `connecting` again if a command waits, otherwise
        /// `disconnected`; `disconnected` also if no command waits any more.
        case connecting
        /// No command is at the server. Next: `preparing` or `running` with a command, `disconnected` after a loss or a
        /// long time without commands.
        case idle(Connection, since: BootInstant)
        /// The server prepares the command's statement. The command itself has not been sent. Next: `prepared`, or
        /// `answered` if the statement cannot be prepared.
        case preparing(Connection, Command)
        /// The statement is prepared, but the server is not ready for the next message. Next: `running`.
        case prepared(Connection, Command)
        /// The server is told to count revocations instead of notifying. The command, which was rolled back, follows. Next:
        /// `running`, or `answered` if the server refuses.
        case counting(Connection, Command)
        /// The command is at the server. Next: `answered`.
        case running(Connection, Command)
        /// The result has arrived: an error, or rows (nil). It counts only when the server is ready for the next command:
        /// until then the transaction may still fail. Next: `idle`; `running` again, or `counting`.
        case answered(Connection, Command, PostgreSQLError?)
        /// All commands fail. Final.
        case closed

        /// Postpones the deadline of the command at the server.
        mutating func extendDeadline(to time: BootInstant) {
            switch self {
            case .disconnected, .connecting, .idle, .closed: break
            case .preparing(let connection, var command):
                command.extend(to: time)
                self = .preparing(connection, command)
            case .prepared(let connection, var command):
                command.extend(to: time)
                self = .prepared(connection, command)
            case .counting(let connection, var command):
                command.extend(to: time)
                self = .counting(connection, command)
            case .running(let connection, var command):
                command.extend(to: time)
                self = .running(connection, command)
            case .answered(let connection, var command, let error):
                command.extend(to: time)
                self = .answered(connection, command, error)
            }
        }
    }

    /// An action of the lane.
    enum Action: Equatable {
        /// Open a connection, after the delay that earlier failures require.
        case connect
        /// Stop opening a connection, which no command needs any more.
        case stopConnecting
        /// Close the connection.
        case disconnect
        /// Report that the connection was lost, which delays the next attempt.
        case reportLoss(PostgreSQLError)
        /// Record that PostgreSQL answers.
        case markHealthy
        /// Prepare the command's statement.
        case prepare(Int)
        /// Have the server count revocations instead of notifying, for this command and for a while.
        case countRevocations(Int)
        /// Send the command, by the name of its prepared statement or as text.
        case run(Int, byName: Bool)
        /// Answer the command, with the rows that were read or with an error.
        case answer(Int, PostgreSQLError?)
    }
}
