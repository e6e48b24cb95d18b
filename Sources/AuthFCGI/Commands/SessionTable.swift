internal import Sessions

/// Sessions as a table for people: a line each, under a heading.
enum SessionTable {
    private static let heading = ["ID", "CREATED", "LAST SEEN", "EXPIRES", "CLIENT", "LABEL OR USER AGENT"]

    static func text(_ sessions: [ListedSession]) -> String {
        let rows = [heading] + sessions.map(cells)
        let widths = heading.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            // The last column needs no padding.
            let cells = zip(row, widths).dropLast().map { cell, width in
                cell + String(repeating: " ", count: width - cell.count)
            }
            return (cells + row.suffix(1)).joined(separator: "  ") + "\n"
        }.joined()
    }

    private static func cells(_ session: ListedSession) -> [String] {
        [
            session.id, session.createdAt.description, session.lastSeenAt.description, session.expiresAt.description,
            session.clientAddress ?? "-", PrintableText.of(session.label ?? session.userAgent ?? "-", longest: 60),
        ]
    }
}
