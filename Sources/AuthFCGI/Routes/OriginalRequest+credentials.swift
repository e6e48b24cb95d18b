extension OriginalRequest {
    /// The session token in the request.
    ///
    /// nginx before 1.23 passes a header that the client sent twice as two parameters, which is ambiguous.
    /// - Parameter cookieName: The name of the session cookie.
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

    /// Returns the value of a cookie; nil if there is none, or more than one.
    func cookie(named name: String) -> String? {
        guard count(of: .cookie) == 1 else { return nil }
        let values = withBytes(of: .cookie) { cookies in
            CookieValues(of: Array(name.utf8), in: cookies).map { range in
                String(decoding: range.map { cookies[$0] }, as: UTF8.self)
            }
        }
        return values.count == 1 ? values.first : nil
    }
}
