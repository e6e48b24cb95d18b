/// The schema of our tables, as it stands in the text of a statement before each of our names: nothing, or the schema and
/// a full stop.
struct Schema: Sendable, CustomStringConvertible {
    let description: String

    /// - Parameter name: nil for the connection's own search path.
    init(_ name: String?) {
        description = name.map { Self.identifier($0) + "." } ?? ""
    }

    /// A name as an SQL identifier, whatever it contains.
    static func identifier(_ name: String) -> String {
        "\"" + name.unicodeScalars.map { $0 == "\"" ? "\"\"" : "\($0)" }.joined() + "\""
    }

    /// Where the limits of sessions are written.
    var limitsTable: String { "\(self)session_limits" }
}
