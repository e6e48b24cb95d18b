internal import ArgumentParser
internal import Sessions

/// Whom a name on the command line means.
extension CommandDatabase {
    /// The user; when there is none, or more than one, that is said.
    ///
    /// - Parameter option: what stands before a user on the command line.
    func user(_ name: UserName, option: String = "--user ") throws(ExitCode) -> NamedUser {
        if let user = try userIfKnown(name, option: option) { return user }
        throw CommandFailure.fail(
            "there is no user \(name): no user's id, no name of the gate's own users, no name in live sessions",
            code: CommandFailure.dataCode)
    }

    /// The same of the gate's own users: a user of another application with that id is not meant.
    func account(_ name: UserName) throws(ExitCode) -> ResolvedUser {
        if case .user(let user, let namesake?) = try find(name), user.accountName == nil,
            let account = ResolvedUser(namesake)
        {
            return account
        }
        let user = try user(name, option: "")
        if let account = ResolvedUser(user) { return account }
        throw CommandFailure.fail("\(user.shown) is not one of the gate's own users", code: CommandFailure.dataCode)
    }

    /// The user; nil when there is none.
    func userIfKnown(_ name: UserName, option: String = "--user ") throws(ExitCode) -> NamedUser? {
        switch try find(name) {
        case .nobody: return nil
        case .user(let user, nil): return user
        case .user(let user, let namesake?):
            StandardError.write(
                "authfcgi: \(name) is taken for a user's id; for the one who signs in as \(name), say "
                    + "\(option)\(PrintableText.of(namesake.id))\n")
            return user
        case .several(let ids):
            let more = ids.count == UserDirectory.maxListed ? ", and maybe more" : ""
            throw CommandFailure.fail(
                "sessions of several users have the name \(name); say which user by the id: "
                    + ids.map { PrintableText.of($0) }.joined(separator: ", ") + more, code: CommandFailure.dataCode)
        }
    }
}

extension NamedUser {
    /// The user in a sentence, fit for a terminal.
    var shown: String {
        let id = PrintableText.of(id)
        return accountName.map { "user \(PrintableText.of($0)) (id \(id))" } ?? "user \(id)"
    }
}
