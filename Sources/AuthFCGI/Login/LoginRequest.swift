internal import Sessions

/// What somebody signs in with, whatever form it came in.
struct LoginRequest: CustomStringConvertible {
    /// What is wrong with it, in words for the one who sent it.
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
    static let maxPassword = PasswordRules.maxBytes
    static let maxUsername = 256

    init(username: String, password: String, remember: Bool) throws(Problem) {
        // It would end a text early elsewhere.
        guard !username.utf8.contains(0), !password.utf8.contains(0) else {
            throw Problem("username and password must not contain \\u0000")
        }
        guard !username.isEmpty, !password.isEmpty else {
            throw Problem("username and password must not be empty")
        }
        guard username.utf8.count <= Self.maxUsername else {
            throw Problem("username is longer than \(Self.maxUsername) bytes")
        }
        guard password.utf8.count <= Self.maxPassword else {
            throw Problem("password is longer than \(Self.maxPassword) bytes")
        }
        self.username = username
        self.password = Array(password.utf8)
        self.remember = remember
    }

    var description: String { "(login)" }
}
