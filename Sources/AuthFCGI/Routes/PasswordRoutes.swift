internal import EventLoop
internal import Sessions

/// `POST /auth/password`: one's own password for another one.
@EventLoop
final class PasswordRoutes {
    private let flow: PasswordChangeFlow
    private let access: SessionAccess

    init(flow: PasswordChangeFlow, access: SessionAccess) {
        self.flow = flow
        self.access = access
    }

    /// 204 means that it is committed: all other sessions of the user have ended, and logins with the old password.
    func change(_ exchange: Exchange) {
        guard access.mayChange(exchange, .passwordChange) else { return }
        access.withSession(exchange) { [flow] token, source, session in
            guard let body = exchange.jsonBody() else { return }
            let request: PasswordChangeRequest
            do throws(PasswordChangeRequest.Problem) {
                request = try PasswordChangeRequest(json: body)
            } catch {
                return exchange.refuseBody(error.message)
            }
            let client = LoginClient(exchange, .token(token, source))
            exchange.respond(Response(await flow.change(request, token, session, client)))
        }
    }
}
