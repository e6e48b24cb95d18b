internal import Sessions

/// Sessions as a text table: one line each, under a heading.
enum SessionTable {
    static func text(_ sessions: [ListedSession]) -> String {
        var table = TextTable("ID", "CREATED", "LAST SEEN", "EXPIRES", "CLIENT", "LABEL OR USER AGENT")
        return table.lines(sessions.map(cells))
    }

    private static func cells(_ session: ListedSession) -> [String] {
        [
            session.id, session.createdAt.description, session.lastSeenAt.description, session.expiresAt.description,
            session.clientAddress ?? "-", PrintableText.of(session.label ?? session.userAgent ?? "-", longest: 60),
        ]
    }
}
