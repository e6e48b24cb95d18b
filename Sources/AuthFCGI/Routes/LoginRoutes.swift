internal import EventLoop
internal import Sessions

/// `POST /auth/login`: a name and a password for a token.
@EventLoop
final class LoginRoutes {
    private let flow: LoginFlow
    private let cookie: SessionCookie

    init(flow: LoginFlow, cookie: SessionCookie) {
        self.flow = flow
        self.cookie = cookie
    }

    func login(_ exchange: Exchange) {
        guard let body = exchange.jsonBody() else { return }
        let request: LoginRequest
        do throws(LoginRequest.Problem) {
            request = try LoginRequest(json: body)
        } catch {
            return exchange.refuseBody(error.message)
        }
        let client = LoginClient(exchange, exchange.request.credentials(cookieName: cookie.nameBytes))
        EventLoop.spawn { [flow] in exchange.respond(Response(await flow.signIn(request, client))) }
    }
}
