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

    /// `/auth/verify` and `/auth/require/DEMAND`: the answer is for the front, which makes its own of it.
    func verify(_ exchange: Exchange, demanding demand: PathDemand? = nil) { check(exchange, .front, demand) }

    /// `/auth/forward`: the answer is for the client, to whom the front hands all but 200. A browser that loads a page is
    /// sent to the sign-in page, and gets pages instead of the other answers.
    func forward(_ exchange: Exchange) { check(exchange, exchange.request.isPageLoad ? .person : .client, nil) }

    /// The receiver of the answer.
    private enum Audience {
        case front
        case client
        /// A person with a browser that loads a page.
        case person
    }

    private func check(_ exchange: Exchange, _ audience: Audience, _ demand: PathDemand?) {
        let start = BootInstant.now
        let trace = refusals?.begin(exchange.request)
        switch exchange.request.credentials(cookieName: cookie.nameBytes) {
        case .none:
            trace?.refusedWithoutToken()
            count(refuse(exchange, nil, audience), since: start)
        case .invalid(let source):
            trace?.refused(source)
            count(refuse(exchange, source, audience), since: start)
        case .token(let token, let source):
            if let session = store.keptSession(for: token) {
                return count(accept(exchange, session, audience, demand), since: start)
            }
            store.lookUp(token, from: exchange.request.clientAddress) { [self] answer in
                switch answer {
                case .success(.some(let session)): count(accept(exchange, session, audience, demand), since: start)
                case .success(nil):
                    trace?.refused(token)
                    count(refuse(exchange, source, audience), since: start)
                case .failure(let error):
                    trace?.undecided(error, token)
                    count(leaveUndecided(exchange, audience), since: start)
                }
            }
        }
    }

    private func count(_ outcome: GateMetric, since start: BootInstant) { slot?.count(check: outcome, since: start) }

    private static let pathName = "the demand in /auth/require/"
    private static let storeCannotTell = SerializedResponse(
        Response(.serviceUnavailable, headers: [(.retryAfter, 1)]))
    private static let requirementNotMet = SerializedResponse(Response(.forbidden))

    /// Answers 401, or sends a person to the sign-in page.
    /// - Parameter source: The source of the token; nil if there is none.
    /// - Returns: The outcome, as it is counted.
    private func refuse(_ exchange: Exchange, _ source: Credentials.Source?, _ audience: Audience) -> GateMetric {
        let request = exchange.request
        let isAmbiguous = source == .severalCookies
        if audience != .person, !isAmbiguous {
            exchange.respond(toCheck: refused.response(to: request))
            return .refused
        }
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
        return .refused
    }

    /// Answers 503: the store cannot tell.
    private func leaveUndecided(_ exchange: Exchange, _ audience: Audience) -> GateMetric {
        if audience == .person {
            exchange.respond(pages.unavailable(to: exchange.request))
        } else {
            exchange.respond(toCheck: Self.storeCannotTell)
        }
        return .undecided
    }

    private func accept(
        _ exchange: Exchange, _ session: PackedSession, _ audience: Audience, _ demand: PathDemand?
    ) -> GateMetric {
        guard demand != nil || exchange.request.count(of: .requirement) > 0,
            let unmet = unmetRequirement(of: session, exchange, demand)
        else {
            exchange.respond(toCheck: SerializedResponse(accepting: session, to: exchange.question))
            return .accepted
        }
        switch unmet {
        case .refused:
            if audience == .person {
                exchange.respond(pages.response(.notice(.forbidden), .forbidden, to: exchange.request))
            } else {
                exchange.respond(toCheck: Self.requirementNotMet)
            }
            return .forbidden
        case .unreadable: return leaveUndecided(exchange, audience)
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
    /// requires nothing; `$authfcgi_require` is empty by default. A demand in the path is one more.
    private func unmetRequirement(
        of session: PackedSession, _ exchange: Exchange, _ demand: PathDemand?
    ) -> UnmetRequirement? {
        let identity = session.identity
        var texts = exchange.request.allRequirements.filter { !$0.isEmpty }.map { (source: "AUTH_REQUIRE", text: $0) }
        switch demand {
        case .text(let text): texts.append((Self.pathName, text))
        case .unreadable(let segment):
            logUnreadable(segment, in: Self.pathName, exchange.request)
            return .unreadable
        case nil: break
        }
        for (source, text) in texts {
            do throws(Requirement.Unreadable) {
                guard try Requirement(text).isMet(by: identity) else {
                    recordRefused(session, text, exchange.request)
                    return .refused
                }
            } catch {
                logUnreadable(text, in: source, exchange.request)
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
        let event = AuditEvent(
            .access, .refused, .requirement, of: .user(id: session.identity.userID), session: session.id,
            details: [
                "method": String((request[.originalMethod] ?? "-").prefix(16)),
                "path": String(path.prefix(256)), "require": String(requirement.prefix(256)),
            ])
        // Not for every check: most log nothing.
        LogContext.with(request.logFields) { audit.recordSparingly(event, from: request.clientAddress) }
    }

    /// Logs an unreadable requirement once per text. The text may depend on the request's path, so their number is
    /// unlimited.
    /// - Parameter source: where the requirement is.
    private func logUnreadable(_ text: String, in source: String, _ request: OriginalRequest) {
        guard unreadableRequirements.admit(text) != nil else { return }
        log.error(
            "\(source) is not understood: '\(text.prefix(256))'; write 'group NAME', 'user NAME', 'and', 'or', names with spaces in quotes",
            metadata: request.logFields)
    }
}
