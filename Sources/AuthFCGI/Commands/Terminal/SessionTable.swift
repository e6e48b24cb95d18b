internal import Sessions

/// Sessions as a text table: one line each, under a heading.
enum SessionTable {
    static func text(_ sessions: [SessionEntry]) -> String {
        var table = TextTable("ID", "CREATED", "LAST SEEN", "EXPIRES", "CLIENT", "LABEL OR USER AGENT")
        return table.lines(sessions.map(cells))
    }

    private static func cells(_ session: SessionEntry) -> [String] {
        [
            session.id, UTCTime(session.createdAt).description, UTCTime(session.lastSeenAt).description,
            UTCTime(session.expiresAt).description, session.origin.clientAddress ?? "-",
            PrintableText.of(session.origin.label ?? session.origin.userAgent ?? "-", longest: 60),
        ]
    }
}
