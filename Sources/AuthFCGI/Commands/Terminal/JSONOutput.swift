internal import ArgumentParser
internal import EventLoop
internal import FoundationEssentials
internal import Sessions

/// JSON that commands print for other programs. Characters that have an effect on a terminal are escaped.
enum JSONOutput {
    /// The help of --json.
    static let flagHelp: ArgumentHelp = "Print one JSON object, for programs."

    /// Returns a portion of an array of sessions: its elements, after a comma unless they are the first.
    static func sessions(_ sessions: [SessionEntry], areFirst: Bool) throws -> String {
        elements(try sessions.map { try text(fields($0)) }, areFirst: areFirst)
    }

    static func changes(_ changes: [RecordedChange]) throws -> String {
        try text(changes.map(RecordedChangeReport.init))
    }

    /// The result of a change to one user.
    static func change(_ change: AccountChange, of account: ResolvedUser) throws -> String {
        try text(AccountChangeReport(change, of: account))
    }

    /// Returns a portion of an array of users: its elements, after a comma unless they are the first.
    static func users(_ users: [ListedUser], areFirst: Bool) throws -> String {
        elements(try users.map { try text(ListedUserReport($0)) }, areFirst: areFirst)
    }

    /// Returns one user.
    static func user(_ user: ListedUser) throws -> String { try text(ListedUserReport(user)) }

    /// Returns what a gate does.
    static func status(_ figures: StatusFigures) throws -> String { try text(figures) }

    private static func elements(_ elements: [String], areFirst: Bool) -> String {
        let joined = elements.joined(separator: ",")
        return areFirst || elements.isEmpty ? joined : "," + joined
    }

    /// Every key is always present; null means no value.
    private static func fields(_ session: SessionEntry) -> [String: String?] {
        [
            "id": session.id, "user_id": session.userID, "username": session.username,
            "created_at": UTCTime(session.createdAt).text, "last_seen_at": UTCTime(session.lastSeenAt).text,
            "expires_at": UTCTime(session.expiresAt).text, "client_ip": session.origin.clientAddress,
            "user_agent": session.origin.userAgent, "label": session.origin.label,
        ]
    }

    /// Returns an object. Its keys are ordered by name.
    static func object(_ fields: [String: JSONField]) throws -> String { try text(fields) }

    /// Returns any value, in which every key is present.
    static func report(_ value: some Encodable) throws -> String { try text(value) }

    private static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return escaped(String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    /// Returns `json` with an escape for each character that is not printable: those beyond ASCII, which the encoder
    /// leaves as they are, and DEL. They can only be in strings.
    static func escaped(_ json: String) -> String {
        guard !json.utf8.allSatisfy({ $0 < 0x7f }) else { return json }
        var result = ""
        for scalar in json.unicodeScalars {
            guard !scalar.isASCII || scalar.value == 0x7f, scalar.isControl else {
                result.unicodeScalars.append(scalar)
                continue
            }
            result += JSONString.escape(scalar)
        }
        return result
    }
}
