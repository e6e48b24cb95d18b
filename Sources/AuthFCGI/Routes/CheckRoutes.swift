internal import EventLoop
internal import Logging
internal import Sessions

/// The check: whether a request is signed in, and as whom. Nearly every request is a check.
@EventLoop
final class CheckRoutes {
    private let store: SessionStore
    private let cookie: SessionCookie
    private let audit: any AuditRecorder
    private let log: Logger
    private let slot: OwnSlot?
    /// Nil above level debug: then a check is the same as without it.
    private let refusals: RefusedCheckLog?
    /// Limits the log to one line per text: the parameter comes from nginx's configuration.
    private var unreadableRequirements = LogLimiter<String>(per: nil)

    /// - Parameters:
    ///   - slot: The slot in which checks are counted, or nil for none.
    ///   - refusals: The log of refused checks, or nil for none.
    init(
        store: SessionStore, cookie: SessionCookie, audit: any AuditRecorder, log: Logger, slot: OwnSlot?,
        refusals: RefusedCheckLog?
    ) {
        self.store = store
        self.cookie = cookie
        self.audit = audit
        self.log = log
        self.slot = slot
        self.refusals = refusals
    }

    func verify(_ exchange: Exchange) {
        slot?.count(.checks)
        let trace = refusals?.begin(exchange.request)
        switch exchange.request.credentials(cookieName: cookie.nameBytes) {
        case .none:
            trace?.refusedWithoutToken()
            exchange.respond(toCheck: Self.notSignedIn)
        case .invalid(let source):
            trace?.refused(source)
            refuse(exchange, source)
        case .token(let token, let source):
            if let session = store.keptSession(for: token) { return accept(exchange, session) }
            store.lookUp(token, from: exchange.request.clientAddress) { [self] answer in
                switch answer {
                case .success(.some(let session)): accept(exchange, session)
                case .success(nil):
                    trace?.refused(token)
                    refuse(exchange, source)
                case .failure(let error):
                    trace?.undecided(error, token)
                    exchange.respond(toCheck: Self.storeCannotTell)
                }
            }
        }
    }

    private static let unauthorized = Response(.unauthorized, headers: [(.wwwAuthenticate, "Bearer")])
    private static let notSignedIn = SerializedResponse(unauthorized)
    private static let storeCannotTell = SerializedResponse(
        Response(.serviceUnavailable, headers: [(.retryAfter, 1)]))
    private static let requirementNotMet = SerializedResponse(Response(.forbidden))

    private func refuse(_ exchange: Exchange, _ source: Credentials.Source) {
        guard source == .severalCookies else { return exchange.respond(toCheck: Self.notSignedIn) }
        var response = Self.unauthorized
        response.add(.setCookie, cookie.expired)
        exchange.respond(toCheck: SerializedResponse(response))
    }

    private func accept(_ exchange: Exchange, _ session: PackedSession) {
        if exchange.request.count(of: .requirement) > 0, let answer = unmetRequirement(of: session, exchange) {
            return exchange.respond(toCheck: answer)
        }
        exchange.respond(toCheck: SerializedResponse(accepting: session, to: exchange.question))
    }

    /// Returns the answer to a signed-in user who does not meet the location's requirements, or nil if all are met.
    ///
    /// Each of several parameters must be met: an nginx location may set one beside one that it includes. An empty one
    /// requires nothing; `$authfcgi_require` is empty by default.
    private func unmetRequirement(of session: PackedSession, _ exchange: Exchange) -> SerializedResponse? {
        let identity = session.identity
        for text in exchange.request.allRequirements where !text.isEmpty {
            do throws(Requirement.Unreadable) {
                guard try Requirement(text).isMet(by: identity) else {
                    recordRefused(session, text, exchange.request)
                    return Self.requirementNotMet
                }
            } catch {
                logUnreadable(text)
                return Self.storeCannotTell
            }
        }
        return nil
    }

    /// Records who was refused, which the answer does not tell: nginx may pass parts of an answer on to an application,
    /// and an identity must reach it only after acceptance.
    private func recordRefused(_ session: PackedSession, _ requirement: String, _ request: OriginalRequest) {
        // Without the query, which may contain an application's secrets.
        let path = (request[.originalURI] ?? "-").prefix { $0 != "?" && $0 != "#" }
        audit.recordSparingly(
            AuditEvent(
                .access, .refused, .requirement, of: .user(id: session.identity.userID), session: session.id,
                details: [
                    "method": String((request[.originalMethod] ?? "-").prefix(16)),
                    "path": String(path.prefix(256)), "require": String(requirement.prefix(256)),
                ]), from: request.clientAddress)
    }

    /// Logs an unreadable requirement once per text. The text may depend on the request's path, so their number is
    /// unlimited.
    private func logUnreadable(_ text: String) {
        guard unreadableRequirements.admit(text) != nil else { return }
        log.error(
            "AUTH_REQUIRE is not understood: '\(text.prefix(256))'; write 'group NAME', 'user NAME', 'and', 'or', names with spaces in quotes"
        )
    }
}
