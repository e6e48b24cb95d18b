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
    private let signIn: SignInAddress
    private let refused: RefusedResponse
    private let pages: Pages
    /// Limits the log to one line per text: the parameter comes from nginx's configuration.
    private var unreadableRequirements = LogLimiter<String>(per: nil)

    /// - Parameters:
    ///   - slot: The slot in which checks are counted, or nil for none.
    ///   - refusals: The log of refused checks, or nil for none.
    ///   - signIn: The address of the sign-in page.
    init(
        store: SessionStore, cookie: SessionCookie, audit: any AuditRecorder, log: Logger, slot: OwnSlot?,
        refusals: RefusedCheckLog?, signIn: SignInAddress, pages: Pages
    ) {
        self.store = store
        self.cookie = cookie
        self.audit = audit
        self.log = log
        self.slot = slot
        self.refusals = refusals
        self.signIn = signIn
        refused = RefusedResponse(signIn)
        self.pages = pages
    }

    /// `/auth/verify`: the answer is for the front, which makes its own of it.
    func verify(_ exchange: Exchange) { check(exchange, .front) }

    /// `/auth/forward`: the answer is for the client, to whom the front hands all but 200. A browser that loads a page is
    /// sent to the sign-in page, and gets pages instead of the other answers.
    func forward(_ exchange: Exchange) { check(exchange, exchange.request.isPageLoad ? .person : .client) }

    /// The one for whom the answer is.
    private enum Audience {
        case front
        case client
        /// A person with a browser that loads a page.
        case person
    }

    private func check(_ exchange: Exchange, _ audience: Audience) {
        slot?.count(.checks)
        let trace = refusals?.begin(exchange.request)
        switch exchange.request.credentials(cookieName: cookie.nameBytes) {
        case .none:
            trace?.refusedWithoutToken()
            refuse(exchange, nil, audience)
        case .invalid(let source):
            trace?.refused(source)
            refuse(exchange, source, audience)
        case .token(let token, let source):
            if let session = store.keptSession(for: token) { return accept(exchange, session, audience) }
            store.lookUp(token, from: exchange.request.clientAddress) { [self] answer in
                switch answer {
                case .success(.some(let session)): accept(exchange, session, audience)
                case .success(nil):
                    trace?.refused(token)
                    refuse(exchange, source, audience)
                case .failure(let error):
                    trace?.undecided(error, token)
                    leaveUndecided(exchange, audience)
                }
            }
        }
    }

    private static let storeCannotTell = SerializedResponse(
        Response(.serviceUnavailable, headers: [(.retryAfter, 1)]))
    private static let requirementNotMet = SerializedResponse(Response(.forbidden))

    /// Answers 401, or sends a person to the sign-in page.
    /// - Parameter source: The source of the token; nil if there is none.
    private func refuse(_ exchange: Exchange, _ source: Credentials.Source?, _ audience: Audience) {
        let request = exchange.request
        let isAmbiguous = source == .severalCookies
        if audience != .person, !isAmbiguous { return exchange.respond(toCheck: refused.response(to: request)) }
        let isLoop = signIn.isAddress(of: request)
        var response: Response
        if audience == .person, !isLoop {
            response = Response(.found, headers: [(.location, signIn.absolute(for: request))])
        } else {
            response = Response(.unauthorized, headers: RefusedResponse.headers)
            if !isLoop { response.add(.authLocation, signIn.reference(for: request)) }
        }
        if audience == .person { response.add(.vary, "Cookie, Authorization, Accept, Sec-Fetch-Mode") }
        if isAmbiguous {
            // nginx makes one header of several, which is none to a browser. The sign-in page deletes the other forms.
            response.add(.setCookie, cookie.expired)
            if audience != .front {
                let host = request[.host]
                let others = cookie.otherForms(on: host) + cookie.forms(below: [request[.originalURI] ?? ""], on: host)
                for other in others { response.add(.setCookie, other) }
            }
        }
        exchange.respond(toCheck: SerializedResponse(response))
    }

    /// Answers 503: the store cannot tell.
    private func leaveUndecided(_ exchange: Exchange, _ audience: Audience) {
        guard audience == .person else { return exchange.respond(toCheck: Self.storeCannotTell) }
        exchange.respond(pages.unavailable(to: exchange.request))
    }

    private func accept(_ exchange: Exchange, _ session: PackedSession, _ audience: Audience) {
        guard exchange.request.count(of: .requirement) > 0, let unmet = unmetRequirement(of: session, exchange) else {
            return exchange.respond(toCheck: SerializedResponse(accepting: session, to: exchange.question))
        }
        switch unmet {
        case .refused:
            guard audience == .person else { return exchange.respond(toCheck: Self.requirementNotMet) }
            exchange.respond(pages.response(.notice(.forbidden), .forbidden, to: exchange.request))
        case .unreadable: leaveUndecided(exchange, audience)
        }
    }

    /// Why a signed-in user does not get in.
    private enum UnmetRequirement {
        case refused
        case unreadable
    }

    /// Returns why a signed-in user does not meet the location's requirements, or nil if all are met.
    ///
    /// Each of several parameters must be met: an nginx location may set one beside one that it includes. An empty one
    /// requires nothing; `$authfcgi_require` is empty by default.
    private func unmetRequirement(of session: PackedSession, _ exchange: Exchange) -> UnmetRequirement? {
        let identity = session.identity
        for text in exchange.request.allRequirements where !text.isEmpty {
            do throws(Requirement.Unreadable) {
                guard try Requirement(text).isMet(by: identity) else {
                    recordRefused(session, text, exchange.request)
                    return .refused
                }
            } catch {
                logUnreadable(text)
                return .unreadable
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
