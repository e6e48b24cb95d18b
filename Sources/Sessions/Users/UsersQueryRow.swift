internal import EventLoop
internal import FoundationEssentials

/// A row of the users query, as ``FindExternalUser`` returns it: each column as text, nil if it is NULL or absent.
struct UsersQueryRow: Sendable {
    let id: String?
    /// The type of the column in JSON; likewise for the groups.
    let idType: String?
    let username: String?
    /// Nil also if the column is not a text.
    let passwordHash: String?
    let name: String?
    let email: String?
    let groups: String?
    let groupsType: String?
    let disabled: String?
    /// True if the column exists.
    let hasPasswordHash: Bool
    let hasDisabled: Bool
    /// The user's epoch: see ``UserRecord/epoch``.
    let epoch: Int64

    /// The query returned something that is not a user. The reason contains no values of the row.
    struct Problem: Error, Equatable {
        let reason: String
    }

    /// Reads the rows of one name.
    /// - Parameters:
    ///   - typed: The name that was looked up, which is the user's name unless the query returns another one.
    ///   - hadDisabled: True if there was a column `disabled` before: with `SELECT *` it could disappear unnoticed.
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
        guard (1...IdentityLimits.userIDBytes).contains(id.utf8.count) else {
            throw Problem(reason: "returned a row whose id is empty or longer than \(IdentityLimits.userIDBytes) bytes")
        }
        if Self.isTrue(disabled) { return .disabled(id: id) }
        let identity = Identity(
            userID: id, username: username.flatMap { $0.isEmpty ? nil : $0 } ?? typed,
            groups: try Self.groups(groups, type: groupsType), name: name ?? "", email: email ?? "")
        let excess = IdentityLimits.excess(
            username: identity.username, name: identity.name, email: identity.email, groups: identity.groups)
        if let excess { throw Problem(reason: "returned a row whose \(excess)") }
        // Columns of a fixed length are padded with spaces. No password matches a missing hash.
        var hash = Substring(passwordHash ?? "")
        while hash.last == " " { hash.removeLast() }
        return .user(UserRecord(identity: identity, passwordHash: String(hash), epoch: epoch))
    }

    /// Returns whether `disabled` means yes: any value, such as a time, except an explicit no.
    private static func isTrue(_ value: String?) -> Bool {
        guard let value else { return false }
        return !["", "false", "f", "no", "n", "off", "0"].contains(value.lowercased())
    }

    /// Parses the groups.
    /// - Parameters:
    ///   - text: The column as text.
    ///   - type: The type of the column in JSON.
    private static func groups(_ text: String?, type: String?) throws(Problem) -> [String] {
        switch (type, text) {
        case (nil, _), ("null", _), (_, nil): return []
        case ("array", let text?):
            guard let groups = array(text) else { break }
            return groups
        case ("string", let text?):
            // The column's type may be a text that contains JSON.
            if text.first == "[", let groups = array(text) { return groups }
            return text.split(separator: ",").map { String($0.trimming(while: \.isWhitespace)) }.filter { !$0.isEmpty }
        case ("number", let text?): return [text]
        default: break
        }
        throw Problem(reason: "returned groups that are no array and no list with commas")
    }

    /// Returns the entries of a JSON array of texts and numbers, without empty ones and nulls.
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
}
