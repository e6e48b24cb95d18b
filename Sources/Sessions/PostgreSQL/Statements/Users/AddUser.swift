/// Adds one of the gate's own users. The answer is the id; nil if the username is taken, in whatever spelling.
struct AddUser: Statement {
    let username: String
    let passwordHash: String
    let name: String
    let email: String
    let groups: [String]

    typealias Answer = String?
    static let isIdempotent = false

    func sql(in schema: Schema) -> String {
        """
        INSERT INTO \(schema)authfcgi_users (username, password_hash, name, email, groups) \
        VALUES ($1::text, $2::text, $3::text, $4::text, $5::text[]) ON CONFLICT (username_key) DO NOTHING RETURNING id
        """
    }

    var parameters: [PostgreSQLParameter] {
        [.text(username), .text(passwordHash), .text(name), .text(email), .texts(groups)]
    }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> String { try row.text("id") }
}
