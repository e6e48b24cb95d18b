extension OriginalRequest {
    /// What the request offers as its token.
    ///
    /// nginx before 1.23 hands on a header that the client sent twice as two parameters: then nobody can tell which is
    /// meant.
    /// - Parameter cookieName: the session cookie's.
    @inline(__always)
    func credentials(cookieName: [UInt8]) -> Credentials {
        guard count(of: .authorization) < 2 else { return .invalid(.bearer) }
        guard count(of: .cookie) < 2 else { return .invalid(.severalCookies) }
        return withBytes(of: .authorization) { authorization in
            withBytes(of: .cookie) { cookies in
                Credentials(authorization: authorization, cookies: cookies, cookieName: cookieName)
            }
        }
    }
}
