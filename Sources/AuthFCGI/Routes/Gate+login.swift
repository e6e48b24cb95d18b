internal import EventLoop
internal import Logging
internal import Sessions

/// `POST /auth/login`: a name and a password for a token.
extension Gate {
    func login(_ exchange: FastCGIExchange) {
        if exchange.bodyTooLarge {
            return exchange.respond(
                .error(.contentTooLarge, code: "body_too_large", message: "the body is longer than 8 KiB"))
        }
        if exchange.bodyIsIncomplete {
            return refuseBody(exchange, "the body is shorter than Content-Length says")
        }
        guard Self.isJSON(exchange.parameter("CONTENT_TYPE") ?? "") else {
            return exchange.respond(
                .error(
                    .unsupportedMediaType, code: "unsupported_media_type",
                    message: "send Content-Type: application/json"))
        }
        let request: LoginRequest
        do throws(LoginRequest.Problem) {
            request = try LoginRequest(json: exchange.body)
        } catch {
            return refuseBody(exchange, error.message)
        }
        EventLoop.spawn { [self] in exchange.respond(await login(request, exchange)) }
    }

    private func refuseBody(_ exchange: FastCGIExchange, _ message: String) {
        exchange.respond(.error(.badRequest, code: "bad_request", message: message))
    }

    private static func isJSON(_ contentType: String) -> Bool {
        let type = contentType.prefix { $0 != ";" }
        return type.lowercased().split(separator: " ") == ["application/json"]
    }

    /// An unknown, a disabled and a wrong password's user go the same way and get the same answer.
    private func login(_ request: LoginRequest, _ exchange: FastCGIExchange) async -> Response {
        let address = exchange.parameter("REMOTE_ADDR")
        // Before the database is asked: a flood of logins is turned away here.
        guard hasher.hasRoom else { return hashingFailed(.busy) }
        do throws(SessionStoreError) {
            let user = try await store.user(named: request.username)
            // Nobody waits for the answer any more: the hash would be for nothing.
            guard !exchange.peerHasClosed else { return .unavailable("the client has gone") }
            let matches: Bool
            do throws(PasswordHasher.Failure) {
                matches = try await hasher.matches(request.password, user?.passwordHash)
            } catch {
                return hashingFailed(error)
            }
            guard let user, matches else {
                let who = user.map { "user \($0.identity.userID)" } ?? "unknown user"
                log.notice("login refused", metadata: ["client": "\(address ?? "-")", "who": "\(who)"])
                return Self.wrongCredentials
            }
            let origin = SessionOrigin(
                clientAddress: address, userAgent: exchange.parameter("HTTP_USER_AGENT").map { String($0.prefix(256)) })
            // Who is signed in already signs in anew: the old session would otherwise live on, unknown to everybody.
            let replaced = try signedInToken(exchange)
            guard
                let (token, session) = try await store.createAccessToken(
                    for: user, origin: origin, remembered: request.remember, replacing: replaced)
            else {
                log.notice(
                    "login refused: the user's sessions were ended meanwhile",
                    metadata: ["client": "\(address ?? "-")", "who": "user \(user.identity.userID)"])
                return Self.wrongCredentials
            }
            rehash(user, request.password)
            log.info(
                "login",
                metadata: [
                    "client": "\(address ?? "-")", "session": "\(session.id)", "user": "\(user.identity.userID)",
                ])
            return .json(LoginAnswer(token: token, session: session))
        } catch {
            return .unavailable()
        }
    }

    /// The token of ours that the request comes with, whether its session lives or not.
    private func signedInToken(_ exchange: FastCGIExchange) throws(SessionStoreError) -> SessionToken? {
        guard case .token(let token, _) = credentials(of: exchange), try store.mayExist(token) else { return nil }
        return token
    }

    private static let wrongCredentials = Response.unauthorized("the user name or the password is wrong")

    private func hashingFailed(_ failure: PasswordHasher.Failure) -> Response {
        switch failure {
        case .busy: return .unavailable("too many logins at once; try again")
        case .failed(let reason):
            log.error("a password could not be checked: \(reason)")
            return .unavailable("passwords cannot be checked now; try again")
        }
    }
}
