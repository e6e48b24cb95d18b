internal import Sessions

/// One of the gate's own users, whom somebody named on a command line.
struct ResolvedUser: Equatable {
    let id: String
    /// What the user signs in with.
    let name: String

    /// Nil for a user of another application.
    init?(_ user: NamedUser) {
        guard let name = user.accountName else { return nil }
        id = user.id
        self.name = name
    }

    /// The user in a sentence, fit for a terminal.
    var shown: String { NamedUser(id: id, accountName: name).shown }
}
