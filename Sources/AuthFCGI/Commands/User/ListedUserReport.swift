internal import Sessions

/// One of the gate's own users as JSON. Every key is always present; null means no value.
struct ListedUserReport: Encodable {
    private let user: ListedUser

    init(_ user: ListedUser) {
        self.user = user
    }

    private enum CodingKeys: String, CodingKey {
        case id, username, name, email, groups, disabled
        case createdAt = "created_at", sessions, lastLoginAt = "last_login_at"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(user.id, forKey: .id)
        try container.encode(user.username, forKey: .username)
        try container.encode(user.name, forKey: .name)
        try container.encode(user.email, forKey: .email)
        try container.encode(user.groups, forKey: .groups)
        try container.encode(user.isDisabled, forKey: .disabled)
        try container.encode(UTCTime(user.createdAt).text, forKey: .createdAt)
        try container.encode(user.liveSessions, forKey: .sessions)
        try container.encode(user.lastLoginAt.map { UTCTime($0).text }, forKey: .lastLoginAt)
    }
}
