internal import Sessions

/// A recorded change as JSON. Every key is always present; null means no value.
struct RecordedChangeReport: Encodable {
    private let change: RecordedChange

    init(_ change: RecordedChange) {
        self.change = change
    }

    private enum CodingKeys: String, CodingKey {
        case time, action, userID = "user_id", username, users, sessionIDs = "session_ids", sessions, author, role
        case application, client
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(UTCTime(change.happenedAt).text, forKey: .time)
        try container.encode(change.action, forKey: .action)
        try container.encode(change.userID, forKey: .userID)
        try container.encode(change.username, forKey: .username)
        try container.encode(change.users, forKey: .users)
        try container.encode(change.sessionIDs, forKey: .sessionIDs)
        try container.encode(change.sessions, forKey: .sessions)
        try container.encode(change.author, forKey: .author)
        try container.encode(change.role, forKey: .role)
        try container.encode(change.application, forKey: .application)
        try container.encode(change.client, forKey: .client)
    }
}
