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
        let place: HashingTicket
        do throws(PasswordHasher.Failure) {
            place = try hasher.admit()
        } catch {
            return hashingFailed(error, at: .login, by: .unknownName(hash: nil), exchange)
        }
        var who = AuditSubject.unknownName(hash: nil)
        do throws(SessionStoreError) {
            let (found, attempt) = try await store.beginLogin(named: request.username, from: address)
            let user = found.user
            who = found.id.map { .user(id: $0) } ?? .unknownName(hash: attempt.nameHash)
            hasher.learn(shared: attempt.highestHashingCost)
            let reservation: LoginReservation
            switch attempt.admission {
            case .allowed(let allowed): reservation = allowed
            case .refused(let seconds):
                audit(AuditEvent(.login, .throttled, of: who), exchange)
                await place.holdBackRefusal { !exchange.peerHasClosed }
                return .tooManyAttempts(waitSeconds: seconds)
            }
            let verdict: PasswordVerdict
            do throws(PasswordHasher.Failure) {
                verdict = try await place.verdict(on: request.password, user?.passwordHash) {
                    !exchange.peerHasClosed
                }
            } catch {
                let answer = hashingFailed(error, at: .login, by: who, exchange)
                switch error {
                case .busy, .abandoned: try await store.release(reservation)
                // Other hashes can perhaps be computed: it is an attempt like any other.
                case .failed: await place.holdBack { !exchange.peerHasClosed }
                }
                return answer
            }
            shareHighestCost()
            if let user, case .unverifiable(let problem) = verdict {
                logUnverifiable(problem, user.identity.userID)
            }
            guard let user, case .matches(_, let isWorthReplacing) = verdict else {
                audit(AuditEvent(.login, .refused, Self.reason(found, verdict), of: who), exchange)
                await place.holdBack { !exchange.peerHasClosed }
                return Self.wrongCredentials
            }
            let origin = SessionOrigin(
                clientAddress: address, userAgent: exchange.parameter("HTTP_USER_AGENT").map { String($0.prefix(256)) })
            // Who is signed in already signs in anew: the old session would otherwise live on, unknown to everybody.
            let replaced = try signedInToken(exchange)
            guard
                let made = try await store.createAccessToken(
                    for: user, origin: origin, remembered: request.remember, replacing: replaced,
                    settling: reservation)
            else {
                audit(AuditEvent(.login, .refused, .endedMeanwhile, of: who), exchange)
                return Self.wrongCredentials
            }
            if isWorthReplacing { rehash(user, request.password) }
            audit(AuditEvent(.login, of: who, session: made.session.id), exchange)
            auditEnds(with: made, exchange)
            return .json(LoginAnswer(token: made.token, session: made.session))
        } catch {
            auditSparingly(AuditEvent(.login, .unavailable, AuditReason(error), of: who), exchange)
            return .unavailable(error)
        }
    }

    /// A line for each session that ended with a new one; of many too many, one for the rest.
    private func auditEnds(with made: MadeSession, _ exchange: FastCGIExchange) {
        let details = ["by_session": made.session.id]
        for old in made.ended {
            audit(AuditEvent(.sessionEnd, of: .user(id: old.userID), session: old.id, details: details), exchange)
        }
        guard made.unnamed > 0 else { return }
        let rest = details.merging(["ended": "\(made.unnamed)"]) { $1 }
        audit(AuditEvent(.sessionEnd, of: .user(id: made.session.identity.userID), details: rest), exchange)
    }

    /// Why a login is refused, for the log alone.
    private static func reason(_ found: LoginUser, _ verdict: PasswordVerdict) -> AuditReason {
        switch (found, verdict) {
        case (.nobody, _): .unknownUser
        case (.disabled, _): .disabledUser
        case (.user, .unverifiable): .unusableHash
        case (.user, .matches), (.user, .differs): .wrongPassword
        }
    }

    /// The token of ours that the request comes with, whether its session lives or not.
    private func signedInToken(_ exchange: FastCGIExchange) throws(SessionStoreError) -> SessionToken? {
        guard case .token(let token, _) = credentials(of: exchange), try store.mayExist(token) else { return nil }
        return token
    }

    private static let wrongCredentials = Response.unauthorized("the user name or the password is wrong")
}
