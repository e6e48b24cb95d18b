extension LoginRequest {
    private struct Body: Decodable {
        let username: String
        let password: String
        let remember: Bool?
    }

    /// Reads the body of a login: `{"username":"…","password":"…"}`, optionally with `"remember":true` for a longer
    /// session.
    init(json body: [UInt8]) throws(Problem) {
        let decoded = try JSONBody.decode(Body.self, from: body, fields: "username and password")
        try self.init(
            username: decoded.username, password: decoded.password, remember: decoded.remember ?? false)
    }
}
