internal import EventLoop
internal import Sessions

/// `POST /auth/password` as the form of the account page.
extension AccountRoutes {
    /// Changes the user's own password, and shows the page again.
    func changePassword(_ exchange: Exchange) {
        guard let fields = exchange.formOrRefusal() else { return }
        guard isFromThisSite(exchange, .passwordChange) else { return }
        withSession(exchange) { [self] token, source, session in
            guard Self.isForm(fields, of: session) else { return await view.showOtherSession(exchange, session) }
            let new = fields["new_password"] ?? ""
            // Compared by bytes: Swift takes some texts for equal that are different passwords.
            guard new.utf8.elementsEqual((fields["repeated_password"] ?? "").utf8) else {
                return await view.show(exchange, session, .passwordsDiffer, .badRequest)
            }
            let request: PasswordChangeRequest
            do throws(PasswordChangeRequest.Problem) {
                request = try PasswordChangeRequest(
                    currentPassword: fields["current_password"] ?? "", newPassword: new)
            } catch {
                // Nobody's password is empty or longer than a login takes.
                return await view.show(exchange, session, .wrongPassword, .badRequest)
            }
            let client = LoginClient(exchange, .token(token, source))
            await answer(await passwordChange.change(request, token, session, client), exchange, session)
        }
    }

    private func answer(_ outcome: PasswordChangeOutcome, _ exchange: Exchange, _ session: Session) async {
        switch outcome {
        case .changed: exchange.respond(AccountView.Done.password.response(access.cookie))
        case .foreignUser: await view.show(exchange, session, nil, .conflict)
        case .unacceptable(let violation):
            await view.show(exchange, session, .unacceptablePassword(violation), .badRequest)
        case .wrongPassword: await view.show(exchange, session, .wrongPassword, .forbidden)
        case .sessionOver: view.showSessionOver(exchange)
        case .prevented(.throttled(let seconds)):
            await view.show(
                exchange, session, .throttled(seconds: seconds), .tooManyRequests,
                headers: [(.retryAfter, HeaderValue(seconds))])
        case .prevented(.busy(let seconds)): await showUnavailable(exchange, session, retryAfter: seconds)
        case .prevented(.clientGone), .prevented(.hashing), .prevented(.store):
            await showUnavailable(exchange, session, retryAfter: 1)
        }
    }

    private func showUnavailable(_ exchange: Exchange, _ session: Session, retryAfter: Int) async {
        await view.show(
            exchange, session, .unavailable, .serviceUnavailable, headers: [(.retryAfter, HeaderValue(retryAfter))])
    }
}
