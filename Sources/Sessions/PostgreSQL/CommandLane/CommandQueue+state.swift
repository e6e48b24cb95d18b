internal import EventLoop

/// What a ``CommandQueue`` is made of.
extension CommandQueue {
    /// One statement on its way, as far as its order matters.
    struct Command: Equatable {
        /// What the lane calls it.
        let id: Int
        /// The name under which its statement is prepared.
        let statement: String
        let isIdempotent: Bool
        let isUrgent: Bool
        let askedAt: BootInstant
        /// When it is given up; begins anew when it is sent.
        var deadline: BootInstant
        /// Whether it was sent twice: there is no third time.
        var wasRepeated = false

        init(
            _ id: Int, statement: String, isIdempotent: Bool, isUrgent: Bool = false, askedAt: BootInstant,
            deadline: BootInstant
        ) {
            self.id = id
            self.statement = statement
            self.isIdempotent = isIdempotent
            self.isUrgent = isUrgent
            self.askedAt = askedAt
            self.deadline = deadline
        }
    }

    /// What is known of the connection that there is.
    struct Connection: Equatable {
        let openedAt: BootInstant
        /// Whether a statement that is prepared stays so.
        let keepsState: Bool
        /// The names of the statements that are prepared.
        var prepared: Set<String> = []
    }

    enum State: Equatable {
        /// There is no connection and nobody needs one. With a command: ``connecting``.
        case disconnected
        /// A connection is being made. Made: ``idle``. Not made: the same again while somebody waits, else
        /// ``disconnected``.
        case connecting
        /// The server has nothing to do. With a command: ``preparing`` or ``running``. Lost, or unused for long:
        /// ``disconnected``.
        case idle(Connection, since: BootInstant)
        /// The server prepares the command's statement; of the command itself nothing is done. ``prepared``, or ``answered``
        /// when it cannot be prepared.
        case preparing(Connection, Command)
        /// The statement is prepared, and the server not ready for the next message yet. When it is: ``running``.
        case prepared(Connection, Command)
        /// The server works on the command. With its answer: ``answered``.
        case running(Connection, Command)
        /// The answer is here, an error or rows (nil), and does not count before the server is ready for the next
        /// command: until then the transaction may still fail. Then ``idle``, or ``running`` once more.
        case answered(Connection, Command, PostgreSQLError?)
        /// The lane takes nothing any more. For good.
        case closed
    }

    /// What the lane has to do.
    enum Action: Equatable {
        /// Make a connection, after the wait that failures before ask for.
        case connect
        /// Throw the connection away.
        case disconnect
        /// Say that the connection was lost, which makes the next attempt wait.
        case reportLoss(PostgreSQLError)
        /// Remember that PostgreSQL answers.
        case markHealthy
        /// Have the statement of the command prepared.
        case prepare(Int)
        /// Send the command, by its statement's name or as text.
        case run(Int, byName: Bool)
        /// The command is over: hand over the rows that were read, or why there are none.
        case answer(Int, PostgreSQLError?)
    }
}
