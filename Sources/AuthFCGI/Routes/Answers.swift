internal import FoundationEssentials
internal import Sessions

/// Answers of several routes.
extension Response {
    /// Returns 401: not signed in, or not any more.
    static func unauthorized(_ message: String = "sign in first") -> Response {
        .error(
            .unauthorized, code: "unauthorized", message: message, headers: [(.wwwAuthenticate, "Bearer")])
    }

    /// 404: there is no such path.
    static var nothingHere: Response {
        .error(.notFound, code: "not_found", message: "there is nothing at this path")
    }

    /// Returns 503: the store is unavailable.
    /// - Parameter retryAfter: The number of seconds after which a retry may succeed.
    static func unavailable(
        _ message: String = "the session store cannot be reached; try again", retryAfter: Int = 1
    ) -> Response {
        .error(
            .serviceUnavailable, code: "unavailable", message: message,
            headers: [(.retryAfter, HeaderValue(retryAfter))])
    }

    /// Returns 503: the store is unavailable or read-only.
    /// - Parameter message: The operation that failed, if there is more to say than that the store is unreachable.
    static func unavailable(_ error: SessionStoreError, _ message: String? = nil) -> Response {
        switch error {
        // Errors in arguments, which the gate has validated before, cannot occur.
        case .invalid: .error(.internalServerError, code: "internal", message: "the request cannot be answered")
        case .readOnly:
            unavailable("the session store takes no changes at present; try again later")
        case .unavailable, .overloaded: message.map { unavailable($0) } ?? unavailable()
        }
    }

    /// Returns 429: too many logins have failed.
    static func tooManyAttempts(waitSeconds: Int) -> Response {
        .error(
            .tooManyRequests, code: "too_many_attempts", message: "too many failed logins; try again later",
            headers: [(.retryAfter, HeaderValue(waitSeconds))])
    }

    /// Returns 200 with a JSON body.
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

/// The answer to `POST /auth/login`.
struct LoginAnswer: Encodable {
    let token: String
    let tokenType = "Bearer"
    let userID: String
    let expiresAt: Date
    /// In seconds, from the session's start.
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

/// The answer to `GET /auth/me`.
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

/// The answer to `GET /auth/sessions`.
struct SessionsAnswer: Encodable {
    struct Entry: Encodable {
        let id: String
        let createdAt: Date
        let lastSeenAt: Date
        let expiresAt: Date
        /// Empty if unknown.
        let clientIP: String
        let userAgent: String
        let label: String
        /// True for the session of the request.
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

/// The answer to `GET /readyz`.
struct ReadinessAnswer: Encodable {
    let status: String
    /// The stores that currently answer checks, in the order in which they are asked.
    var stores: [String]?
}
