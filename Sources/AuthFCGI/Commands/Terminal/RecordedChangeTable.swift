internal import Sessions

/// Changes as a text table: one line each, under a heading.
enum RecordedChangeTable {
    static func text(_ changes: [RecordedChange]) -> String {
        var table = TextTable(["TIME", "ACTION", "USER", "SESSIONS", "AUTHOR", "ROLE", "APPLICATION", "CLIENT"])
        return table.lines(changes.map(cells))
    }

    private static func cells(_ change: RecordedChange) -> [String] {
        [
            UTCTime(change.happenedAt).description, change.action, user(change), sessions(change),
            change.author.map { PrintableText.of($0, longest: 60) } ?? "-", PrintableText.of(change.role, longest: 40),
            change.application.isEmpty ? "-" : PrintableText.of(change.application, longest: 40),
            change.client ?? "-",
        ]
    }

    private static func user(_ change: RecordedChange) -> String {
        guard let id = change.userID else { return change.users?.counted("user") ?? "everybody" }
        let name = change.username.map { PrintableText.of($0, longest: 40) + " " } ?? ""
        return "\(name)(id \(PrintableText.of(id, longest: 40)))"
    }

    /// The session if it is only one, else their number.
    private static func sessions(_ change: RecordedChange) -> String {
        change.sessionIDs.count == 1 ? change.sessionIDs[0] : change.sessions.map(String.init) ?? "-"
    }
}
