import Logging
import Sessions
import TestSupport

/// A program beside the gate that talks to PostgreSQL by itself. Not for use by several threads at a time.
final class SQLClient {
    private let url: String
    private var connection: PostgreSQLConnection?

    init(_ url: String) {
        self.url = url
    }

    /// Connects, unless it is connected.
    func connect() throws(PostgreSQLError) {
        guard connection == nil else { return }
        connection = try PostgreSQLConnection(url, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Runs a statement; the first row's first column, empty without one. A connection that fails is left.
    @discardableResult
    func run(_ sql: String, _ parameters: String...) throws(PostgreSQLError) -> String {
        try connect()
        do throws(PostgreSQLError) {
            guard let connection else { return "" }
            let rows = try connection.query(sql, parameters.map { .text($0) }, deadline: .seconds(10))
            return rows.rowCount > 0 ? rows.text(0, 0) : ""
        } catch {
            connection = nil
            throw error
        }
    }
}
