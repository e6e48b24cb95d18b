internal import EventLoop

/// Creates a session for a user who is not one of the gate's own. The answer is its token.
struct CreateToken: Statement {
    let identity: Identity
    let lifetime: Duration
    let label: String

    typealias Answer = SessionToken?
    static let isIdempotent = false

    func sql(in schema: Schema) -> String {
        """
        SELECT \(schema)create_access_token($1::text, $2::text, $3::text[], $4::text, $5::text, \
        make_interval(secs => $6::double precision), $7::text, NULL::timestamptz, '{pwd}'::text[]) AS token
        """
    }

    var parameters: [PostgreSQLParameter] {
        [
            .text(identity.userID), .text(identity.username), .texts(identity.groups), .text(identity.name),
            .text(identity.email), .number(lifetime.seconds), .text(label),
        ]
    }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> SessionToken { try row.token() }
}

/// Creates a session for one of the gate's own users. The answer is its token; nil if the user is disabled or does not
/// exist. The row lock makes a concurrent change that disables the user wait and then end this session too.
struct CreateAccountToken: Statement {
    let userID: String
    let lifetime: Duration
    let label: String

    typealias Answer = SessionToken?
    static let isIdempotent = false

    func sql(in schema: Schema) -> String {
        """
        WITH account AS MATERIALIZED (SELECT id, username, groups, name, email FROM \(schema)authfcgi_users \
        WHERE id = $1::text AND NOT disabled FOR SHARE) \
        SELECT \(schema)create_access_token(id, username, groups, name, email, \
        make_interval(secs => $2::double precision), $3::text, NULL::timestamptz, '{pwd}'::text[]) AS token FROM account
        """
    }

    var parameters: [PostgreSQLParameter] { [.text(userID), .number(lifetime.seconds), .text(label)] }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> SessionToken { try row.token() }
}

extension PostgreSQLRow {
    /// Returns the new token.
    fileprivate func token() throws(PostgreSQLError) -> SessionToken {
        guard let token = SessionToken(try text("token")) else { throw problem("has no session token") }
        return token
    }
}
