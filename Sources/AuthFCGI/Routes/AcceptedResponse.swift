internal import Sessions

extension SerializedResponse {
    /// 200 with who it is, for a check. Every identity header always goes out, empty if need be: what a client sent
    /// under its name must never stay.
    ///
    /// Written straight from bytes into bytes, because it is what nearly every request gets; each value goes through
    /// ``HeaderValue``'s encoding all the same.
    init(accepting session: PackedSession, role: FastCGIRole) {
        let names = role == .responder ? IdentityHeaders.responder : .authorizer
        var writer = ResponseWriter(.ok)
        var texts = session.texts
        let bytes = session.bytes.span
        writer.append(names.user, encoding: bytes.extracting(texts.next(in: session)))
        writer.beginList(names.groups)
        for index in 0..<texts.groupCount(in: session) {
            writer.appendElement(index, encoding: bytes.extracting(texts.next(in: session)))
        }
        writer.append(names.name, encoding: bytes.extracting(texts.next(in: session)))
        writer.append(names.email, encoding: bytes.extracting(texts.next(in: session)))
        writer.append(names.userID, encoding: bytes.extracting(texts.next(in: session)))
        writer.append(names.sessionID, id: session)
        self.init(writer.finish(contentType: nil, body: []))
    }
}

/// Under which names the identity goes out.
private struct IdentityHeaders {
    let user: HeaderName
    let groups: HeaderName
    let name: HeaderName
    let email: HeaderName
    let userID: HeaderName
    let sessionID: HeaderName

    static let responder = IdentityHeaders(
        user: .remoteUser, groups: .remoteGroups, name: .remoteName, email: .remoteEmail, userID: .authUserID,
        sessionID: .authSessionID)

    static let authorizer = IdentityHeaders(
        user: .variable("REMOTE_USER"), groups: .variable("REMOTE_GROUPS"), name: .variable("REMOTE_NAME"),
        email: .variable("REMOTE_EMAIL"), userID: .variable("AUTH_USER_ID"), sessionID: .variable("AUTH_SESSION_ID"))
}
