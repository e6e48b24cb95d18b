/// What a type is, by its number in pg_type; no answer when there is none of that number.
struct DescribeType: Statement {
    struct Row: Sendable {
        let isText: Bool
        let name: String
    }

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
