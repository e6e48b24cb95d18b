internal import Sessions

/// The input of a login, in whatever format it arrived.
struct LoginRequest: CustomStringConvertible {
    /// A problem with the input, as a message for the client.
    struct Problem: Error, Equatable {
        let message: String

        init(_ message: String) {
            self.message = message
        }
    }

    let username: String
    /// The password as received, byte for byte (ASVS 6.2.8).
    let password: [UInt8]
    /// True for a session with the lifetime SESSION_REMEMBERED_LIFETIME.
    let remember: Bool

    /// Limits the work of hashing.
    static let maxPassword = PasswordRules.maxBytes
    static let maxUsername = 256

    init(username: String, password: String, remember: Bool) throws(Problem) {
        // A NUL would end a C string early.
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
