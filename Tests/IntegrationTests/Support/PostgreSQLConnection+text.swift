import Logging
import Sessions

extension PostgreSQLConnection {
    /// Connects with a connection string as plain text: those of the test servers contain no password.
    convenience init(_ url: String, log: Logger) throws(PostgreSQLError) { try self.init(Secret(url), log: log) }
}
