/// Describes a type by its OID; nil if there is none with it.
struct DescribeType: Statement {
    struct Row: Sendable {
        /// A Boolean value that indicates whether the type is a string type.
        let isText: Bool
        /// The type's SQL name.
        let name: String
    }

    /// The type's OID in pg_type.
    let number: UInt32

    typealias Answer = Row?
    static let isIdempotent = true

    func sql(in schema: Schema) -> String {
        "SELECT typcategory = 'S' AS is_text, format_type(oid, NULL) AS name FROM pg_type WHERE oid = $1::oid"
    }

    var parameters: [PostgreSQLParameter] { [.number(number)] }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> Row {
        Row(isText: try row.flag("is_text"), name: try row.text("name"))
    }
}
