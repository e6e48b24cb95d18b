extension PasswordChangeRequest {
    private struct Body: Decodable {
        let currentPassword: String
        let newPassword: String

        enum CodingKeys: String, CodingKey {
            case currentPassword = "current_password", newPassword = "new_password"
        }
    }

    /// Reads the body of a password change: `{"current_password":"…","new_password":"…"}`.
    init(json body: [UInt8]) throws(Problem) {
        let decoded = try JSONBody.decode(Body.self, from: body, fields: "current_password and new_password")
        try self.init(currentPassword: decoded.currentPassword, newPassword: decoded.newPassword)
    }
}
