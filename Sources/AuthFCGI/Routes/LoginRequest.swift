internal import Sessions

/// The body of a login: `{"username":"…","password":"…"}`, and `"remember":true` if the session is to last longer.
struct LoginRequest: CustomStringConvertible {
    typealias Problem = JSONBody.Problem

    let username: String
    /// As it was received, byte for byte (ASVS 6.2.8).
    let password: [UInt8]
    /// Whether the session is to last as long as SESSION_REMEMBERED_LIFETIME says.
    let remember: Bool

    /// Hashing must not be made to work on arbitrarily much.
    static let maxPassword = PasswordRules.maxBytes
    static let maxUsername = 256

    private struct Body: Decodable {
        let username: String
        let password: String
        let remember: Bool?
    }

    init(json body: [UInt8]) throws(Problem) {
        let decoded = try JSONBody.decode(Body.self, from: body, fields: "username and password")
        // It would end a text early elsewhere.
        guard !decoded.username.utf8.contains(0), !decoded.password.utf8.contains(0) else {
            throw Problem("username and password must not contain \\u0000")
        }
        guard !decoded.username.isEmpty, !decoded.password.isEmpty else {
            throw Problem("username and password must not be empty")
        }
        guard decoded.username.utf8.count <= Self.maxUsername else {
            throw Problem("username is longer than \(Self.maxUsername) bytes")
        }
        guard decoded.password.utf8.count <= Self.maxPassword else {
            throw Problem("password is longer than \(Self.maxPassword) bytes")
        }
        username = decoded.username
        password = Array(decoded.password.utf8)
        remember = decoded.remember ?? false
    }

    var description: String { "(login)" }
}
