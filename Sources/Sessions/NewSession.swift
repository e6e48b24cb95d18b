internal import EventLoop
internal import FoundationEssentials

/// What a session is made from.
struct NewSession {
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

    init(identity: Identity, lifetime: Duration, origin: SessionOrigin) {
        self.identity = identity
        self.lifetime = lifetime
        self.origin = origin
    }

    /// The parameters of ``Statements/createSession``.
    func parameters(for token: SessionToken) -> [PostgreSQLParameter] {
        [
            .bytes(token.hash.bytes), .text(identity.userID), .text(identity.username), .texts(identity.groups),
            .text(identity.name), .text(identity.email), .number(lifetime.seconds),
            .optional(origin.internetAddress), .optional(origin.userAgent), .optional(origin.label),
            epoch.map { .number($0) } ?? .null, idleTimeout.map { .number($0.seconds) } ?? .null,
            limit.map { .number($0) } ?? .null, replaced.map { .bytes($0.bytes) } ?? .null,
            .optional(reservation?.text),
        ]
    }

    /// The session as the statement's row tells, and those that it has ended; nil when it cannot be read.
    func made(_ token: SessionToken, _ row: [String?]) -> MadeSession? {
        guard row.count == 8, let id = row[0], let created = Date(row[1]), let expires = Date(row[2]) else {
            return nil
        }
        var ended: [EndedSession] = []
        if let replaced = row[3], let owner = row[4] { ended.append(EndedSession(id: replaced, userID: owner)) }
        ended += (row[5] ?? "").split(separator: ",").map { EndedSession(id: String($0), userID: identity.userID) }
        return MadeSession(
            token: token, session: Session(id: id, identity: identity, createdAt: created, expiresAt: expires),
            ended: ended, excess: row[6].flatMap { Int($0) } ?? 0)
    }
}

extension Date {
    /// From microseconds since 1970, as our statements write moments in text.
    init?(_ microseconds: String?) {
        guard let number = microseconds.flatMap({ Double($0) }) else { return nil }
        self.init(timeIntervalSince1970: number / 1e6)
    }
}
