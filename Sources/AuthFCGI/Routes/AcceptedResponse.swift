internal import Sessions

extension SerializedResponse {
    /// 200 with who it is, for a check. Every identity header always goes out, empty if need be: what a client sent
    /// under its name must never stay.
    ///
    /// Written straight into bytes, because it is what nearly every request gets; each value goes through
    /// ``HeaderValue``'s encoding all the same.
    init(accepting session: Session, role: FastCGIRole) {
        let identity = session.identity
        var writer = ResponseWriter(.ok)
        switch role {
        case .responder:
            writer.append(.remoteUser, encoding: identity.username)
            writer.append(.remoteGroups, list: identity.groups)
            writer.append(.remoteName, encoding: identity.name)
            writer.append(.remoteEmail, encoding: identity.email)
            writer.append(.authUserID, encoding: identity.userID)
            writer.append(.authSessionID, encoding: session.id)
        case .authorizer:
            writer.append(.variable("REMOTE_USER"), encoding: identity.username)
            writer.append(.variable("REMOTE_GROUPS"), list: identity.groups)
            writer.append(.variable("REMOTE_NAME"), encoding: identity.name)
            writer.append(.variable("REMOTE_EMAIL"), encoding: identity.email)
            writer.append(.variable("AUTH_USER_ID"), encoding: identity.userID)
            writer.append(.variable("AUTH_SESSION_ID"), encoding: session.id)
        }
        self.init(writer.finish(contentType: nil, body: []))
    }
}
