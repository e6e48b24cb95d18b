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
        // Qualified, because the search path is the operator's.
        """
        SELECT t.typcategory OPERATOR(pg_catalog.=) 'S' AS is_text, pg_catalog.format_type(t.oid, NULL) AS name \
        FROM pg_catalog.pg_type t WHERE t.oid OPERATOR(pg_catalog.=) $1::pg_catalog.oid
        """
    }

    var parameters: [PostgreSQLParameter] { [.number(number)] }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> Row {
        Row(isText: try row.flag("is_text"), name: try row.text("name"))
    }
}
