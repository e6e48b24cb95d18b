/// Finds one of the gate's own users, disabled or not, and the user's epoch, which must still hold when the login
/// creates its session.
struct FindUser: Statement {
    enum Key: Sendable {
        case username(String)
        case id(String)
    }

    let key: Key

    typealias Answer = LoginUser?
    static let isIdempotent = true

    func sql(in schema: Schema) -> String {
        switch key {
        case .username: Self.select(byUsername: "$1::text", in: schema)
        case .id: "\(Self.select(in: schema)) WHERE u.id = $1::text"
        }
    }

    /// Returns a statement that finds the user with a username, in whatever spelling: see `username_key()`.
    /// - Parameter name: An SQL expression for the username.
    static func select(byUsername name: String, in schema: Schema) -> String {
        "\(select(in: schema)) WHERE u.username_key = \(schema)username_key(\(name))"
    }

    private static func select(in schema: Schema) -> String {
        """
        SELECT u.id, u.username, u.password_hash, u.name, u.email, array_to_json(u.groups) AS groups, \
        coalesce(e.epoch, 0) + (SELECT g.epoch FROM \(schema)authfcgi_state g) AS epoch, u.disabled \
        FROM \(schema)authfcgi_users u LEFT JOIN \(schema)user_epochs e ON e.user_id = u.id
        """
    }

    var parameters: [PostgreSQLParameter] {
        switch key {
        case .username(let name), .id(let name): [.text(name)]
        }
    }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> LoginUser { try LoginUser(row) }
}

extension LoginUser {
    /// Decodes the columns of ``FindUser``. All of them are NULL if there is no such user.
    init(_ row: PostgreSQLRow) throws(PostgreSQLError) {
        guard try row.hasValue(among: Self.columns) else {
            self = .nobody
            return
        }
        let identity = Identity(
            userID: try row.text("id"), username: try row.text("username"), groups: try row.texts("groups"),
            name: try row.optionalText("name") ?? "", email: try row.optionalText("email") ?? "")
        let user = UserRecord(
            identity: identity, passwordHash: try row.text("password_hash"),
            epoch: try row.integer("epoch", as: Int64.self))
        self = try row.flag("disabled") ? .disabled(id: identity.userID) : .user(user)
    }

    private static let columns = [
        "id", "username", "password_hash", "name", "email", "groups", "epoch", "disabled",
    ]
}
