internal import EventLoop

/// A command of a ``CommandLane``, independent of the type of its statement.
@EventLoop
class LaneCommand {
    /// The text without a schema: on one connection, equal keys are the same prepared statement.
    let key: String
    private let valuesAfter: (Duration?) -> [PostgreSQLParameter]
    private var firstSentAt: BootInstant?

    fileprivate init<S: Statement>(_ statement: S) {
        key = statement.sql(in: Schema(nil))
        valuesAfter = { statement.parameters(repeatedAfter: $0) }
    }

    /// Returns the statement's parameters for a sending at this time.
    func parameters(at now: BootInstant) -> [PostgreSQLParameter] {
        defer { firstSentAt = firstSentAt ?? now }
        return valuesAfter(firstSentAt.map { now - $0 })
    }

    /// Returns the name of the prepared statement, and the text, for a connection's schema.
    func text(in schema: Schema) -> (name: String, sql: String) { (key, key) }

    /// Reads the result, and stores it until ``finish()``.
    func read(_ result: borrowing PostgreSQLResult) {}

    /// Returns the stored result to the caller.
    func finish() {}

    /// Throws an error to the caller.
    func fail(_ error: PostgreSQLError) {}
}

/// A ``LaneCommand`` with the type of its statement.
final class TypedLaneCommand<S: Statement>: LaneCommand {
    typealias Outcome = Result<S.Answer, PostgreSQLError>

    private let statement: S
    private let continuation: CheckedContinuation<Outcome, Never>
    private var outcome = Outcome.failure(.confusion("no result for a statement"))

    init(_ statement: S, _ continuation: CheckedContinuation<Outcome, Never>) {
        self.statement = statement
        self.continuation = continuation
        super.init(statement)
    }

    override func text(in schema: Schema) -> (name: String, sql: String) {
        let sql = statement.sql(in: schema)
        return (StatementName.of(sql, purpose: S.name), sql)
    }

    override func read(_ result: borrowing PostgreSQLResult) {
        do throws(PostgreSQLError) {
            outcome = .success(try statement.answer(from: result))
        } catch {
            outcome = .failure(error)
        }
    }

    override func finish() { continuation.resume(returning: outcome) }

    override func fail(_ error: PostgreSQLError) { continuation.resume(returning: .failure(error)) }
}
