internal import FoundationEssentials

/// What a users query has said of one name, as ``FindExternalUser`` gives it: each column as text, nil when it is NULL or
/// there is none.
struct UsersQueryRow: Sendable {
    let id: String?
    /// What the column is in JSON; the same for the groups.
    let idType: String?
    let username: String?
    /// nil also when it is no text.
    let passwordHash: String?
    let name: String?
    let email: String?
    let groups: String?
    let groupsType: String?
    let disabled: String?
    /// Whether there is such a column.
    let hasPasswordHash: Bool
    let hasDisabled: Bool
    /// How often all sessions of the user with this id were ended.
    let epoch: Int64

    /// The query returned something that is no user. The text says what, and nothing of the row's values.
    struct Problem: Error, Equatable {
        let reason: String
    }

    /// Reads the rows of one name.
    ///
    /// - Parameters:
    ///   - typed: the name that was asked for, which is the user's name unless the query says another one.
    ///   - hadDisabled: whether there was a column `disabled` before: `SELECT *` does not say that one has gone.
    static func user(_ rows: [UsersQueryRow], typed: String, hadDisabled: Bool) throws(Problem) -> LoginUser {
        guard let row = rows.first else { return .nobody }
        guard rows.count == 1 else { throw Problem(reason: "returned several rows for one name") }
        return try row.user(typed: typed, hadDisabled: hadDisabled)
    }

    private func user(typed: String, hadDisabled: Bool) throws(Problem) -> LoginUser {
        guard hasPasswordHash else { throw Problem(reason: "returns no column password_hash any more") }
        guard hasDisabled || !hadDisabled else { throw Problem(reason: "returns no column disabled any more") }
        guard let id, idType == "string" || idType == "number" else {
            throw Problem(reason: "returned a row whose id is no text and no number")
        }
        guard (1...255).contains(id.utf8.count) else {
            throw Problem(reason: "returned a row whose id is empty or longer than 255 bytes")
        }
        if Self.isTrue(disabled) { return .disabled(id: id) }
        let identity = Identity(
            userID: id, username: username.flatMap { $0.isEmpty ? nil : $0 } ?? typed,
            groups: try Self.groups(groups, type: groupsType), name: name ?? "", email: email ?? "")
        // A column of a fixed length is filled up with spaces; a user without a hash has no password that could match.
        var hash = Substring(passwordHash ?? "")
        while hash.last == " " { hash.removeLast() }
        return .user(UserRecord(identity: identity, passwordHash: String(hash), epoch: epoch))
    }

    /// Whether `disabled` says yes: whatever is there, such as the moment at which it happened, and is no plain no.
    private static func isTrue(_ value: String?) -> Bool {
        guard let value else { return false }
        return !["", "false", "f", "no", "n", "off", "0"].contains(value.lowercased())
    }

    /// - Parameters:
    ///   - text: the column as text.
    ///   - type: what the column is in JSON.
    private static func groups(_ text: String?, type: String?) throws(Problem) -> [String] {
        switch (type, text) {
        case (nil, _), ("null", _), (_, nil): return []
        case ("array", let text?):
            guard let groups = array(text) else { break }
            return groups
        case ("string", let text?):
            // A column of JSON may be of a type that knows nothing of it.
            if text.first == "[", let groups = array(text) { return groups }
            return text.split(separator: ",").map { trimmed($0) }.filter { !$0.isEmpty }
        case ("number", let text?): return [text]
        default: break
        }
        throw Problem(reason: "returned groups that are no array and no list with commas")
    }

    /// The entries of a JSON array of texts and numbers; what is empty or null is no group.
    private static func array(_ text: String) -> [String]? {
        guard let entries = try? JSONDecoder().decode([Entry?].self, from: Data(text.utf8)) else { return nil }
        return entries.compactMap { $0?.text }.filter { !$0.isEmpty }
    }

    private struct Entry: Decodable {
        let text: String

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            text = try (try? value.decode(String.self)) ?? "\(value.decode(Int64.self))"
        }
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text.drop(while: \.isWhitespace)
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
