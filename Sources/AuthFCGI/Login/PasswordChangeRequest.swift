internal import Sessions

/// The input of a password change, in whatever format it arrived.
struct PasswordChangeRequest: CustomStringConvertible {
    typealias Problem = LoginRequest.Problem

    /// Both passwords as received, byte for byte (ASVS 6.2.8).
    let currentPassword: [UInt8]
    let newPassword: [UInt8]

    /// Creates a request. The new password is not checked here, but by ``PasswordRules``.
    init(currentPassword: String, newPassword: String) throws(Problem) {
        self.currentPassword = Array(currentPassword.utf8)
        self.newPassword = Array(newPassword.utf8)
        guard !self.currentPassword.isEmpty else { throw Problem("current_password must not be empty") }
        guard !self.currentPassword.contains(0) else {
            throw Problem("current_password must not contain \\u0000")
        }
        guard self.currentPassword.count <= LoginRequest.maxPassword else {
            throw Problem("current_password is longer than \(LoginRequest.maxPassword) bytes")
        }
    }

    var description: String { "(password change)" }
}
