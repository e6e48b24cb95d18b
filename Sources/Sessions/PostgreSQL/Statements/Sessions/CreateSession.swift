internal import EventLoop

/// Makes a session; no answer when the user's epoch is not the expected one any more. The login's reservation, if there is
/// one, becomes a success with it. With the session come the one that it replaces and whose that was, the first of those
/// that were too many, and how many these were.
struct CreateSession: Statement {
    let token: SessionToken
    let identity: Identity
    var lifetime: Duration
    let origin: SessionOrigin
    var idleTimeout: Duration?
    /// The user's epoch that must still hold; nil: any.
    var epoch: Int64?
    /// How many sessions the user may have with this one; the oldest of more end.
    var limit: Int?
    /// The token hash of a session that this one takes the place of.
    var replaced: SHA256Digest?
    /// What the throttle has counted for the login.
    var reservation: LoginReservation?

    typealias Answer = MadeSession?
    static let isIdempotent = false

    init(_ token: SessionToken, identity: Identity, lifetime: Duration, origin: SessionOrigin) {
        self.token = token
        self.identity = identity
        self.lifetime = lifetime
        self.origin = origin
    }

    func sql(in schema: Schema) -> String {
        """
        SELECT session_id, extract(epoch FROM created_at) AS created_at, extract(epoch FROM expires_at) AS expires_at, \
        replaced_session, replaced_user, \
        pg_catalog.array_to_string(excess_sessions[:\(MadeSession.maxNamed)], ',') AS excess_sessions, \
        pg_catalog.cardinality(excess_sessions) AS excess, \(schema)settle_login($15::text[], true) \
        FROM \(schema)create_session($1::bytea, $2::text, $3::text, $4::text[], $5::text, $6::text, \
        make_interval(secs => $7::double precision), $8::inet, $9::text, $10::text, $11::bigint, \
        make_interval(secs => $12::double precision), $13::integer, $14::bytea)
        """
    }

    var parameters: [PostgreSQLParameter] {
        [
            .digest(token.hash), .text(identity.userID), .text(identity.username), .texts(identity.groups),
            .text(identity.name), .text(identity.email), .number(lifetime.seconds),
            .optional(origin.internetAddress), .optional(origin.userAgent), .optional(origin.label),
            .optionalNumber(epoch), .optionalNumber(idleTimeout?.seconds), .optionalNumber(limit),
            .optionalDigest(replaced), .optional(reservation?.text),
        ]
    }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> MadeSession {
        var ended: [EndedSession] = []
        if let id = try row.optionalText("replaced_session"), let owner = try row.optionalText("replaced_user") {
            ended.append(EndedSession(id: id, userID: owner))
        }
        ended += (try row.optionalText("excess_sessions") ?? "").split(separator: ",").map {
            EndedSession(id: String($0), userID: identity.userID)
        }
        let session = Session(
            id: try row.text("session_id"), identity: identity, createdAt: try row.date("created_at"),
            expiresAt: try row.date("expires_at"))
        return MadeSession(
            token: token, session: session, ended: ended, excess: try row.optionalInteger("excess") ?? 0)
    }
}
