internal import Sessions

/// The body of a change of one's own password: `{"current_password":"…","new_password":"…"}`.
struct PasswordChangeRequest: CustomStringConvertible {
    /// Both as they were received, byte for byte (ASVS 6.2.8).
    let currentPassword: [UInt8]
    let newPassword: [UInt8]

    private struct Body: Decodable {
        let currentPassword: String
        let newPassword: String

        enum CodingKeys: String, CodingKey {
            case currentPassword = "current_password", newPassword = "new_password"
        }
    }

    /// What the new password has to be is not asked here, but by ``PasswordRules``.
    init(json body: [UInt8]) throws(JSONBody.Problem) {
        let decoded = try JSONBody.decode(Body.self, from: body, fields: "current_password and new_password")
        currentPassword = Array(decoded.currentPassword.utf8)
        newPassword = Array(decoded.newPassword.utf8)
        guard !currentPassword.isEmpty else { throw JSONBody.Problem("current_password must not be empty") }
        guard !currentPassword.contains(0) else {
            throw JSONBody.Problem("current_password must not contain \\u0000")
        }
        guard currentPassword.count <= LoginRequest.maxPassword else {
            throw JSONBody.Problem("current_password is longer than \(LoginRequest.maxPassword) bytes")
        }
    }

    var description: String { "(password change)" }
}
