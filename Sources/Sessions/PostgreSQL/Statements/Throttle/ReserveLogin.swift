/// Counts an attempt of a name and its user from a network as a failure, or says how long to wait.
struct ReserveLogin: Statement {
    let username: String
    /// nil for nobody's name.
    let userID: String?
    let network: ClientNetwork?

    typealias Answer = LoginAttempt
    /// Sent again after a lost connection it may be counted twice, which costs an attempt and gives none away.
    static let isIdempotent = true

    func sql(in schema: Schema) -> String {
        Self.attempt(userID: "$2::text", network: "$3::bytea", of: "(VALUES (1)) once", in: schema)
    }

    /// How many seconds to wait or the reservation. What the hashes in use cost at most: in microseconds, for a short
    /// password and for each byte of it, and in bytes of memory; 0 when none is known that is not like ours. And what
    /// stands for a name in logs that no user has: made like the keys of login_throttle, and yet another one, so that no
    /// log leads to a row there.
    static func attempt(
        userID: String, network: String, of users: String, and columns: String = "", in schema: Schema
    ) -> String {
        """
        SELECT r.wait_seconds, r.reservation,
               coalesce((extract(epoch FROM g.slowest_hash) * 1000000)::bigint, 0) AS slowest_hash,
               CASE WHEN g.slowest_hash IS NULL THEN 0
                    ELSE coalesce((extract(epoch FROM g.slowest_hash_byte) * 1000000)::bigint, 0) END AS slowest_hash_byte,
               CASE WHEN g.slowest_hash IS NULL THEN 0 ELSE coalesce(g.largest_hash, 0) END AS largest_hash,
               CASE WHEN \(userID) IS NULL THEN
                   left(encode(\(schema)login_throttle_key('log', \(schema)login_throttle_name($1::text)), 'hex'), 16)
                   END AS name_hash\(columns)
        FROM \(users) CROSS JOIN LATERAL \(schema)reserve_login($1::text, \(userID), \(network)) r
             LEFT JOIN \(schema)authfcgi_state g ON true
        """
    }

    var parameters: [PostgreSQLParameter] { [.text(username), .optional(userID), .network(network)] }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> LoginAttempt { try LoginAttempt(row) }
}

/// The same for one of the gate's own users, who is looked up by the name. The answer has the user too.
struct BeginLogin: Statement {
    struct Row: Sendable {
        let attempt: LoginAttempt
        let user: LoginUser
    }

    let username: String
    let network: ClientNetwork?

    typealias Answer = Row
    static let isIdempotent = true

    func sql(in schema: Schema) -> String {
        let user = FindUser.select(byUsername: "$1::text", in: schema)
        return ReserveLogin.attempt(
            userID: "u.id", network: "$2::bytea", of: "(VALUES (1)) once LEFT JOIN (\(user)) u ON true", and: ", u.*",
            in: schema)
    }

    var parameters: [PostgreSQLParameter] { [.text(username), .network(network)] }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> Row {
        Row(attempt: try LoginAttempt(row), user: try LoginUser(row))
    }
}

extension LoginAttempt {
    fileprivate init(_ row: PostgreSQLRow) throws(PostgreSQLError) {
        if let seconds = try row.optionalInteger("wait_seconds") {
            admission = .refused(seconds: max(1, seconds))
        } else {
            admission = .allowed(LoginReservation(text: try row.text("reservation")))
        }
        highestHashingCost = HashingCost(
            bytes: try row.integer("largest_hash"),
            time: .microseconds(try row.integer("slowest_hash", as: Int64.self)),
            timePerByte: .microseconds(try row.integer("slowest_hash_byte", as: Int64.self)))
        nameHash = try row.optionalText("name_hash")
    }
}

extension PostgreSQLParameter {
    fileprivate static func network(_ network: ClientNetwork?) -> PostgreSQLParameter {
        network.map { .bytes($0.bytes) } ?? .null
    }
}
