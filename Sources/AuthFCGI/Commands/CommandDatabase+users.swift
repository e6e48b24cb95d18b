internal import ArgumentParser
internal import Sessions

/// Looks up the users named on the command line.
extension CommandDatabase {
    /// Returns the user with this name. If there is none, or more than one, prints a message and throws the exit code.
    ///
    /// - Parameter option: the text before a user on the command line, for messages.
    func user(_ name: UserName, option: String = "--user ") throws(ExitCode) -> NamedUser {
        if let user = try userIfKnown(name, option: option) { return user }
        throw CommandFailure.fail(
            "there is no user \(name): it is neither a user's id, nor a name of the gate's own users, nor one in live sessions",
            code: CommandFailure.dataCode)
    }

    /// Returns the gate's own user with this name. A user of another application with that id does not count.
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

    /// Returns the user with this name; nil if there is none.
    func userIfKnown(_ name: UserName, option: String = "--user ") throws(ExitCode) -> NamedUser? {
        switch try find(name) {
        case .nobody: return nil
        case .user(let user, nil): return user
        case .user(let user, let namesake?):
            StandardError.write(
                "authfcgi: \(name) is taken as a user's id; for the user with the sign-in name \(name), use "
                    + "\(option)\(PrintableText.of(namesake.id))\n")
            return user
        case .several(let ids):
            let more = ids.count == UserDirectory.maxListed ? ", and possibly more" : ""
            throw CommandFailure.fail(
                "several users have sessions with the name \(name); name one of them by id: "
                    + ids.map { PrintableText.of($0) }.joined(separator: ", ") + more, code: CommandFailure.dataCode)
        }
    }
}

extension NamedUser {
    /// The user in the log.
    var subject: AuditSubject { .user(id: id, name: name) }

    /// The user as part of a sentence, safe for a terminal.
    var shown: String {
        let id = PrintableText.of(id)
        return accountName.map { "user \(PrintableText.of($0)) (id \(id))" } ?? "user \(id)"
    }
}
