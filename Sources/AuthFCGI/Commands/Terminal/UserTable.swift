internal import Sessions

/// Users as a text table: one line each, under a heading.
struct UserTable {
    private var table = TextTable(
        ["NAME", "ID", "STATE", "CREATED", "SESSIONS", "LAST LOGIN", "GROUPS", "E-MAIL"])

    /// Returns the lines of the next users.
    mutating func lines(_ users: [ListedUser]) -> String { table.lines(users.map(Self.cells)) }

    /// Returns one user as lines of a name and a value.
    static func card(_ user: ListedUser) -> String {
        let rows = [
            ("name", PrintableText.of(user.username, longest: .max)), ("id", PrintableText.of(user.id, longest: .max)),
            ("state", user.isDisabled ? "disabled" : "enabled"),
            ("display name", user.name.isEmpty ? "-" : PrintableText.of(user.name, longest: .max)),
            ("e-mail", user.email.isEmpty ? "-" : PrintableText.of(user.email, longest: .max)),
            ("groups", user.groups.isEmpty ? "-" : PrintableText.of(user.groups.joined(separator: ","), longest: .max)),
            ("created", UTCTime(user.createdAt).description), ("live sessions", "\(user.liveSessions)"),
            ("last login", user.lastLoginAt.map { UTCTime($0).description } ?? "-"),
        ]
        return rows.map { name, value in
            name + String(repeating: " ", count: 15 - name.count) + value + "\n"
        }.joined()
    }

    private static func cells(_ user: ListedUser) -> [String] {
        [
            PrintableText.of(user.username, longest: 40), PrintableText.of(user.id, longest: 40),
            user.isDisabled ? "disabled" : "enabled", UTCTime(user.createdAt).description, "\(user.liveSessions)",
            user.lastLoginAt.map { UTCTime($0).description } ?? "-",
            user.groups.isEmpty ? "-" : PrintableText.of(user.groups.joined(separator: ","), longest: 60),
            user.email.isEmpty ? "-" : PrintableText.of(user.email, longest: 60),
        ]
    }
}
