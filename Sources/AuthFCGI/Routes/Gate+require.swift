internal import EventLoop
internal import Logging
internal import Sessions

/// What a location requires of somebody who is signed in.
extension Gate {
    /// The answer to who is signed in and does not get in all the same; nil when all that the location requires is met.
    ///
    /// Of several parameters each must be met: an nginx location may set one beside one that it includes. An empty one
    /// requires nothing, as `$authfcgi_require` does where nobody has set it.
    func unmetRequirement(of session: PackedSession, _ exchange: FastCGIExchange) -> Response? {
        let requirements = exchange.values(of: .require)
        guard !requirements.isEmpty else { return nil }
        let identity = session.identity
        for value in requirements where !value.isEmpty {
            let text = String(decoding: value, as: UTF8.self)
            do throws(Requirement.Unreadable) {
                guard try Requirement(text).isMet(by: identity) else {
                    logRefused(session, text, exchange)
                    return Response(.forbidden)
                }
            } catch {
                logUnreadable(text)
                return Self.cannotTell
            }
        }
        return nil
    }

    /// The one place where it is to be found who was turned away: the answer has no identity, as what nginx hears in an
    /// answer may reach an application, and that must be after a yes alone.
    private func logRefused(_ session: PackedSession, _ requirement: String, _ exchange: FastCGIExchange) {
        // Without the query, where applications have secrets.
        let path = (exchange.parameter("AUTH_ORIGINAL_URI") ?? "-").prefix { $0 != "?" && $0 != "#" }
        auditSparingly(
            AuditEvent(
                .access, .refused, .requirement, of: .user(id: session.identity.userID), session: session.id,
                details: [
                    "method": String((exchange.parameter("AUTH_ORIGINAL_METHOD") ?? "-").prefix(16)),
                    "path": String(path.prefix(256)), "require": String(requirement.prefix(256)),
                ]), exchange)
    }

    /// Once each. A requirement may be made of the request's path, so there may be any number of them.
    private func logUnreadable(_ text: String) {
        guard unreadableRequirements.isFirst(text) else { return }
        log.error(
            "AUTH_REQUIRE is not understood: '\(text.prefix(256))'; write 'group NAME', 'user NAME', 'and', 'or', names with spaces in quotes"
        )
    }

    static let cannotTell = Response(.serviceUnavailable, headers: [(.retryAfter, 1)])
}
