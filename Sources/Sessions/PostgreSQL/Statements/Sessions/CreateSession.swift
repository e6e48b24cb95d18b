internal import EventLoop

/// Creates a session, and settles the login's reservation in the throttle as a success. The answer has the new session,
/// the session that it replaced, and those that ended because of the user's limit. The answer is nil, and no session is
/// created, if the user's epoch is no longer the expected one.
struct CreateSession: Statement {
    let token: SessionToken
    let identity: Identity
    var lifetime: Duration
    let origin: SessionOrigin
    var idleTimeout: Duration?
    /// The expected epoch of the user; nil for any.
    var epoch: Int64?
    /// The maximum number of the user's sessions including this one. The oldest ones over it end. Nil for the database's
    /// maximum alone.
    var limit: Int?
    /// The token hash of the session that this one replaces.
    var replaced: SHA256Digest?
    /// The login's reservation in the throttle.
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
        SELECT session_id, \(Schema.microseconds("created_at")) AS created_at, \(Schema.microseconds("expires_at")) AS expires_at, \
        replaced_session, replaced_user, \
        pg_catalog.array_to_string(excess_sessions[:\(MadeSession.maxNamed)], ',') AS excess_sessions, \
        pg_catalog.cardinality(excess_sessions) AS excess, \(schema)settle_login($15::text[], true) \
        FROM \(schema)create_session($1::bytea, $2::text, $3::text, $4::text[], $5::text, $6::text, \
        make_interval(secs => $7::double precision), $8::inet, $9::text, $10::text, $11::bigint, \
        make_interval(secs => $12::double precision), $13::integer, $14::bytea, NULL::timestamptz, NULL::text[])
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
