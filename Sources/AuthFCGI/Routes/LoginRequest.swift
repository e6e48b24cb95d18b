internal import FoundationEssentials

/// The body of a login: `{"username":"…","password":"…"}`, and `"remember":true` if the session is to last longer.
struct LoginRequest: CustomStringConvertible {
    /// What is wrong with a body, in words for the one who sent it.
    struct Problem: Error, Equatable {
        let message: String

        init(_ message: String) {
            self.message = message
        }
    }

    let username: String
    /// As it was received, byte for byte (ASVS 6.2.8).
    let password: [UInt8]
    /// Whether the session is to last as long as SESSION_REMEMBERED_LIFETIME says.
    let remember: Bool

    /// Hashing must not be made to work on arbitrarily much.
    static let longestPassword = 1024
    static let longestUsername = 255

    private struct Body: Decodable {
        let username: String
        let password: String
        let remember: Bool?
    }

    init(json body: [UInt8]) throws(Problem) {
        // JSON is UTF-8 (RFC 8259, section 8.1) and then has no NUL. The decoder would take UTF-16 and UTF-32 as well, in
        // which what follows would not find a key that comes twice.
        guard !body.contains(0) else { throw Problem("the body is not JSON") }
        let decoded: Body
        do {
            decoded = try JSONDecoder().decode(Body.self, from: Data(body))
        } catch let error as DecodingError {
            throw Self.problem(error)
        } catch {
            throw Problem("the body is not JSON")
        }
        // What the decoder lets pass: a second value for a key, of which another reader might take the other one, and
        // NUL, which would end a text early elsewhere.
        var keys: Set<String> = []
        for key in JSONKeys.topLevel(of: body) {
            guard keys.insert(key).inserted else { throw Problem("the body has a key twice") }
        }
        guard !decoded.username.utf8.contains(0), !decoded.password.utf8.contains(0) else {
            throw Problem("username and password must not contain \\u0000")
        }
        guard !decoded.username.isEmpty, !decoded.password.isEmpty else {
            throw Problem("username and password must not be empty")
        }
        guard decoded.username.utf8.count <= Self.longestUsername else {
            throw Problem("username is longer than \(Self.longestUsername) bytes")
        }
        guard decoded.password.utf8.count <= Self.longestPassword else {
            throw Problem("password is longer than \(Self.longestPassword) bytes")
        }
        username = decoded.username
        password = Array(decoded.password.utf8)
        remember = decoded.remember ?? false
    }

    var description: String { "(login)" }

    private static func problem(_ error: DecodingError) -> Problem {
        switch error {
        case .keyNotFound(let key, _): Problem("\(key.stringValue) is missing")
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            if let key = context.codingPath.first {
                Problem("\(key.stringValue) must be \(key.stringValue == "remember" ? "true or false" : "a string")")
            } else {
                Problem("the body must be a JSON object with username and password")
            }
        case .dataCorrupted: Problem("the body is not JSON")
        @unknown default: Problem("the body is not JSON")
        }
    }
}
