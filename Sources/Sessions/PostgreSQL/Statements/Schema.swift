/// The prefix of the gate's names in a statement: the quoted schema and a full stop, or nothing.
package struct Schema: Sendable, CustomStringConvertible {
    /// The schema's name, without quotation marks; nil for the connection's search path.
    let name: String?
    package let description: String

    /// - Parameter name: The schema's name, without quotation marks; nil for the connection's search path.
    init(_ name: String?) {
        self.name = name
        description = name.map { Self.identifier($0) + "." } ?? ""
    }

    /// Returns a name as a quoted SQL identifier.
    static func identifier(_ name: String) -> String {
        "\"" + name.unicodeScalars.map { $0 == "\"" ? "\"\"" : "\($0)" }.joined() + "\""
    }

    /// The schema's name as an SQL expression.
    var literal: String {
        guard let name else { return "pg_catalog.current_schema()" }
        return "E'" + name.unicodeScalars.map { $0 == "'" || $0 == "\\" ? "\\\($0)" : "\($0)" }.joined() + "'"
    }

    /// The SQL name of the table that has the limits of sessions.
    var limitsTable: String { "\(self)session_limits" }
}
