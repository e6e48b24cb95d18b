/// A result on a ``ReadLane``'s connection, read as the answer to the oldest pending question.
enum ReadReply {
    /// The sessions of a look-up, in the order of its keys.
    case sessions([FoundSession])
    /// The rows of a heartbeat, or the reason why they cannot be read.
    case heartbeat(Result<Heartbeat, PostgreSQLError>)
    /// A result without rows, or with rows that no question asked for.
    case other(PostgreSQLResult.Status)

    /// Reads the rows of a result.
    /// - Parameters:
    ///   - result: The result.
    ///   - question: The oldest pending question, or nil if there is none.
    ///   - origin: The server that answers.
    /// - Throws: ``PostgreSQLError/confusion(_:)`` if the rows do not answer the question, and
    ///   ``PostgreSQLError/notReady(_:)`` if they cannot because the tables lack rows.
    init(
        rows result: borrowing PostgreSQLResult, to question: ReadDialogue.Question?, from origin: ServerIncarnation
    ) throws(PostgreSQLError) {
        switch question {
        case .lookUps(let keys, let epochs, _):
            self = .sessions(try SessionRow.sessions(result, for: keys, origin: origin, epochs))
        case .missing(let key, _): self = .sessions(try SessionRow.sessions(result, for: [key], origin: origin, nil))
        case .heartbeat: self = .heartbeat(Self.heartbeat(result))
        case .sync, nil: self = .other(.rows)
        }
    }

    private static func heartbeat(_ result: borrowing PostgreSQLResult) -> Result<Heartbeat, PostgreSQLError> {
        do throws(PostgreSQLError) {
            return .success(try Heartbeat(result))
        } catch {
            return .failure(error)
        }
    }
}
