/// One of the gate's own users, with the epoch that a login must still find when it makes its session, and whether the
/// user is disabled.
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

    /// The part of a statement that finds the user whose name an expression is.
    static func select(byUsername name: String, in schema: Schema) -> String {
        "\(select(in: schema)) WHERE u.username = \(name)"
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
    /// Reads the columns of ``FindUser``, all of them NULL for nobody.
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
