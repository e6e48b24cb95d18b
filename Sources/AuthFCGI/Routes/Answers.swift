internal import FoundationEssentials
internal import Sessions

/// The answers that several routes give.
extension Response {
    /// 401: not signed in, or not any more.
    static func unauthorized(_ message: String = "sign in first") -> Response {
        .error(
            .unauthorized, code: "unauthorized", message: message, headers: [(.wwwAuthenticate, "Bearer")])
    }

    /// 503: the store cannot tell; try again soon.
    /// - Parameter retryAfter: in so many seconds it may be worth another try.
    static func unavailable(
        _ message: String = "the session store cannot be reached; try again", retryAfter: Int = 1
    ) -> Response {
        .error(
            .serviceUnavailable, code: "unavailable", message: message,
            headers: [(.retryAfter, HeaderValue(retryAfter))])
    }

    /// 503: the store cannot tell, or takes no changes.
    /// - Parameter message: what could not be done, when there is more to say than that the store cannot be reached.
    static func unavailable(_ error: SessionStoreError, _ message: String? = nil) -> Response {
        switch error {
        // The gate hands over what it has looked at before.
        case .invalid: .error(.internalServerError, code: "internal", message: "the request cannot be answered")
        case .readOnly:
            unavailable("the session store takes no changes at present; try again later")
        case .unavailable, .overloaded: message.map { unavailable($0) } ?? unavailable()
        }
    }

    /// 429: too many attempts to sign in have failed.
    static func tooManyAttempts(waitSeconds: Int) -> Response {
        .error(
            .tooManyRequests, code: "too_many_attempts", message: "too many failed logins; try again later",
            headers: [(.retryAfter, HeaderValue(waitSeconds))])
    }

    /// 200 with a JSON body.
    static func json(_ value: some Encodable) -> Response {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return Response(.ok, .json, Array(try encoder.encode(value)) + [UInt8(ascii: "\n")])
        } catch {
            return .error(.internalServerError, code: "internal", message: "the answer cannot be encoded")
        }
    }
}

/// `POST /auth/login`'s answer.
struct LoginAnswer: Encodable {
    let token: String
    let tokenType = "Bearer"
    let userID: String
    let expiresAt: Date
    /// In seconds from the session's start.
    let expiresIn: Int

    private enum CodingKeys: String, CodingKey {
        case token, tokenType = "token_type", userID = "user_id", expiresAt = "expires_at", expiresIn = "expires_in"
    }

    init(token: SessionToken, session: Session) {
        self.token = token.secretText
        userID = session.identity.userID
        expiresAt = session.expiresAt
        expiresIn = Int(session.expiresAt.timeIntervalSince(session.createdAt).rounded())
    }
}

/// `GET /auth/me`'s answer.
struct MeAnswer: Encodable {
    struct SessionPart: Encodable {
        let id: String
        let createdAt: Date
        let expiresAt: Date

        private enum CodingKeys: String, CodingKey {
            case id, createdAt = "created_at", expiresAt = "expires_at"
        }
    }

    let userID: String
    let username: String
    let name: String
    let email: String
    let groups: [String]
    let session: SessionPart

    private enum CodingKeys: String, CodingKey {
        case userID = "user_id", username, name, email, groups, session
    }

    init(_ session: Session) {
        userID = session.identity.userID
        username = session.identity.username
        name = session.identity.name
        email = session.identity.email
        groups = session.identity.groups
        self.session = SessionPart(id: session.id, createdAt: session.createdAt, expiresAt: session.expiresAt)
    }
}

/// `GET /auth/sessions`'s answer.
struct SessionsAnswer: Encodable {
    struct Entry: Encodable {
        let id: String
        let createdAt: Date
        let lastSeenAt: Date
        let expiresAt: Date
        /// Empty when it is not known.
        let clientIP: String
        let userAgent: String
        let label: String
        /// Whether it is the session that asks.
        let current: Bool

        private enum CodingKeys: String, CodingKey {
            case id, createdAt = "created_at", lastSeenAt = "last_seen_at", expiresAt = "expires_at",
                clientIP = "client_ip", userAgent = "user_agent", label, current
        }
    }

    let sessions: [Entry]

    init(_ entries: [SessionEntry], current: String) {
        sessions = entries.map { entry in
            Entry(
                id: entry.id, createdAt: entry.createdAt, lastSeenAt: entry.lastSeenAt, expiresAt: entry.expiresAt,
                clientIP: entry.origin.clientAddress ?? "", userAgent: entry.origin.userAgent ?? "",
                label: entry.origin.label ?? "", current: entry.id == current)
        }
    }
}

/// `GET /readyz`'s answer.
struct ReadinessAnswer: Encodable {
    let status: String
    /// The stores that answer checks at present, in the order in which they are asked.
    var stores: [String]?
}
