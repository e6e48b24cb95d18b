internal import EventLoop
internal import Logging
internal import Sessions

/// `POST /auth/login`: a name and a password for a token.
extension Gate {
    func login(_ exchange: FastCGIExchange) {
        guard let body = jsonBody(exchange) else { return }
        let request: LoginRequest
        do throws(LoginRequest.Problem) {
            request = try LoginRequest(json: body)
        } catch {
            return refuseBody(exchange, error.message)
        }
        EventLoop.spawn { [self] in exchange.respond(await login(request, exchange)) }
    }

    /// An unknown, a disabled and a wrong password's user go the same way and get the same answer.
    private func login(_ request: LoginRequest, _ exchange: FastCGIExchange) async -> Response {
        let address = exchange.parameter("REMOTE_ADDR")
        // Before the database is asked: a flood of logins is turned away here.
        let place: HashingPlace
        do throws(PasswordHasher.Failure) {
            place = try hasher.admit()
        } catch {
            return hashingFailed(error)
        }
        do throws(SessionStoreError) {
            let user = try await store.user(named: request.username)
            let who = user.map { "user \($0.identity.userID)" } ?? "unknown user"
            let reservation: LoginReservation
            switch try await store.reserveLogin(
                username: request.username, userID: user?.identity.userID, from: address)
            {
            case .allowed(let attempt): reservation = attempt
            case .refused(let seconds):
                log.notice("login throttled", metadata: ["client": "\(address ?? "-")", "who": "\(who)"])
                return .tooManyAttempts(waitSeconds: seconds)
            }
            let verdict: PasswordVerdict
            do throws(PasswordHasher.Failure) {
                verdict = try await place.verdict(on: request.password, user?.passwordHash) {
                    !exchange.peerHasClosed
                }
            } catch {
                let answer = hashingFailed(error)
                try await store.release(reservation)
                return answer
            }
            if case .unverifiable(let problem) = verdict { sayUnverifiable(problem, who) }
            guard let user, case .matches(_, let isCurrent) = verdict else {
                log.notice("login refused", metadata: ["client": "\(address ?? "-")", "who": "\(who)"])
                return Self.wrongCredentials
            }
            let origin = SessionOrigin(
                clientAddress: address, userAgent: exchange.parameter("HTTP_USER_AGENT").map { String($0.prefix(256)) })
            // Who is signed in already signs in anew: the old session would otherwise live on, unknown to everybody.
            let replaced = try signedInToken(exchange)
            guard
                let (token, session) = try await store.createAccessToken(
                    for: user, origin: origin, remembered: request.remember, replacing: replaced,
                    settling: reservation)
            else {
                log.notice(
                    "login refused: the user's sessions were ended meanwhile",
                    metadata: ["client": "\(address ?? "-")", "who": "user \(user.identity.userID)"])
                return Self.wrongCredentials
            }
            if !isCurrent { rehash(user, request.password) }
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

    /// Nobody can sign in by such a hash until an operator does something about it: said once a user.
    private func sayUnverifiable(_ problem: PasswordHashProblem, _ who: String) {
        guard usersWithoutUsableHash.count < 1000, usersWithoutUsableHash.insert(who).inserted else { return }
        log.warning("a stored password hash cannot be used: \(problem)", metadata: ["who": "\(who)"])
    }

    private static let wrongCredentials = Response.unauthorized("the user name or the password is wrong")

    /// 503: the hasher did not answer.
    func hashingFailed(_ failure: PasswordHasher.Failure) -> Response {
        switch failure {
        case .busy(let seconds): return .unavailable("too many logins at once; try again", retryAfter: seconds)
        case .abandoned: return .unavailable("the client has gone")
        case .failed(let reason):
            log.error("a password could not be checked: \(reason)")
            return .unavailable("passwords cannot be checked now; try again")
        }
    }
}
