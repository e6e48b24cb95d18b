internal import EventLoop
internal import Sessions

/// `POST /auth/login` and `POST /auth/password`: the requests that contain a password.
@EventLoop
struct LoginRoutes {
    let login: LoginFlow
    let passwordChange: PasswordChangeFlow
    let access: SessionAccess
    let account: AccountRoutes

    /// Signs in.
    func signIn(_ exchange: Exchange) {
        guard let request = exchange.jsonRequest(LoginRequest.init(json:)) else { return }
        let client = LoginClient(exchange, access.credentials(of: exchange))
        EventLoop.spawn { [login] in exchange.respond(Response(await login.signIn(request, client))) }
    }

    /// Changes the user's own password. 204 means that the change is committed: all other sessions of the user have
    /// ended, and logins with the old password. The form of the account page is answered with that page.
    func changePassword(_ exchange: Exchange) {
        guard exchange.request.mediaType != .form else { return account.changePassword(exchange) }
        guard access.mayChange(exchange, .passwordChange) else { return }
        access.withSession(exchange) { [passwordChange] token, source, session in
            guard let request = exchange.jsonRequest(PasswordChangeRequest.init(json:)) else { return }
            let client = LoginClient(exchange, .token(token, source))
            exchange.respond(Response(await passwordChange.change(request, token, session, client)))
        }
    }
}
