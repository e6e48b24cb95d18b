import Logging
import Sessions

extension PostgreSQLConnection {
    /// The test servers' connection strings have no password in them.
    convenience init(_ url: String, log: Logger) throws(PostgreSQLError) { try self.init(Secret(url), log: log) }
}
