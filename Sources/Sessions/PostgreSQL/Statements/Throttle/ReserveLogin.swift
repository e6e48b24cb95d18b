/// Counts a login attempt as a failure in advance, or returns the time to wait.
struct ReserveLogin: Statement {
    let username: String
    /// The id of the user with that name; nil if there is none.
    let userID: String?
    /// The client's network; nil for a client without an IP address.
    let network: ClientNetwork?
    /// The hash of the client's session token; nil for a client without one.
    let shown: SHA256Digest?

    typealias Answer = LoginAttempt
    /// A repetition after a lost connection may count the attempt twice, which is on the safe side.
    static let isIdempotent = true

    func sql(in schema: Schema) -> String {
        Self.attempt(
            userID: "$2::text", network: "$3::bytea", shown: "$4::bytea", of: "(VALUES (1)) once", in: schema)
    }

    /// Returns the text of a statement that makes a reservation. Its columns are:
    ///
    /// - `wait_seconds`, or else `reservation`
    /// - the highest cost of the password hashes that workers have met within a day: `slowest_hash` and
    ///   `slowest_hash_byte` in microseconds, for a short password and for each byte of it, and `largest_hash` in bytes
    ///   of memory; 0 if there are none
    /// - `name_hash`: the replacement, in logs, for a username that no user has. It is a keyed hash like the keys of
    ///   login_throttle, but of another kind, so that a log does not lead to a row of that table.
    ///
    /// - Parameters:
    ///   - userID: An SQL expression for the user's id, NULL if there is no such user.
    ///   - network: An SQL expression for the client's network.
    ///   - shown: An SQL expression for the hash of the client's session token.
    ///   - users: An SQL `FROM` item of exactly one row.
    ///   - columns: Further columns, each after a comma.
    ///   - schema: The schema of the gate's tables.
    static func attempt(
        userID: String, network: String, shown: String, of users: String, and columns: String = "", in schema: Schema
    ) -> String {
        """
        SELECT r.wait_seconds, r.reservation,
               coalesce((extract(epoch FROM g.slowest_hash) * 1000000)::bigint, 0) AS slowest_hash,
               coalesce((extract(epoch FROM g.slowest_hash_byte) * 1000000)::bigint, 0) AS slowest_hash_byte,
               coalesce(g.largest_hash, 0) AS largest_hash,
               CASE WHEN \(userID) IS NULL THEN
                   left(encode(\(schema)login_throttle_key('log'::text, \(schema)login_throttle_name($1::text)), 'hex'), 16)
                   END AS name_hash\(columns)
        FROM \(users) CROSS JOIN LATERAL \(schema)reserve_login($1::text, \(userID), \(network), \(shown)) r
             CROSS JOIN (SELECT max(c.slowest_hash), max(c.slowest_hash_byte), max(c.largest_hash)
                           FROM \(schema)recent_hashing_costs c) g (slowest_hash, slowest_hash_byte, largest_hash)
        """
    }

    var parameters: [PostgreSQLParameter] {
        [.text(username), .optional(userID), .network(network), .optionalDigest(shown)]
    }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> LoginAttempt { try LoginAttempt(row) }
}

/// Finds one of the gate's own users by username and makes the reservation of ``ReserveLogin`` in one statement.
struct BeginLogin: Statement {
    struct Row: Sendable {
        let attempt: LoginAttempt
        let user: LoginUser
    }

    let username: String
    let network: ClientNetwork?
    /// The hash of the client's session token; nil for a client without one.
    let shown: SHA256Digest?

    typealias Answer = Row
    static let isIdempotent = true

    func sql(in schema: Schema) -> String {
        let user = FindUser.select(byUsername: "$1::text", in: schema)
        return ReserveLogin.attempt(
            userID: "u.id", network: "$2::bytea", shown: "$3::bytea",
            of: "(VALUES (1)) once LEFT JOIN (\(user)) u ON true", and: ", u.*", in: schema)
    }

    var parameters: [PostgreSQLParameter] { [.text(username), .network(network), .optionalDigest(shown)] }

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
