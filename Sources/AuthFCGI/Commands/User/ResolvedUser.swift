internal import Sessions

/// One of the gate's own users, named on a command line.
struct ResolvedUser: Equatable {
    let id: String
    /// The sign-in name.
    let name: String

    /// Returns nil for a user of another application.
    init?(_ user: NamedUser) {
        guard let name = user.accountName else { return nil }
        id = user.id
        self.name = name
    }

    /// The user in the log.
    var subject: AuditSubject { .user(id: id, name: name) }

    /// The user as part of a sentence, safe for a terminal.
    var shown: String { NamedUser(id: id, accountName: name).shown }
}
