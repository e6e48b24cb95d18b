internal import Sessions

/// Sessions as a text table: one line each, under a heading.
struct SessionTable {
    private let showsUsers: Bool
    private var table: TextTable

    /// - Parameter showsUsers: True for sessions of several users.
    init(showsUsers: Bool) {
        self.showsUsers = showsUsers
        let heading = ["ID", "CREATED", "LAST SEEN", "EXPIRES", "CLIENT", "LABEL OR USER AGENT"]
        table = TextTable(showsUsers ? ["USER", "USER ID"] + heading : heading)
    }

    /// Returns the lines of the next sessions.
    mutating func lines(_ sessions: [SessionEntry]) -> String {
        let rows = sessions.map { cells($0) }
        return table.lines(rows)
    }

    private func cells(_ session: SessionEntry) -> [String] {
        let user = [
            PrintableText.of(session.username.isEmpty ? "-" : session.username, longest: 40),
            PrintableText.of(session.userID, longest: 40),
        ]
        return (showsUsers ? user : []) + [
            session.id, UTCTime(session.createdAt).description, UTCTime(session.lastSeenAt).description,
            UTCTime(session.expiresAt).description, session.origin.clientAddress ?? "-",
            PrintableText.of(session.origin.label ?? session.origin.userAgent ?? "-", longest: 60),
        ]
    }
}
