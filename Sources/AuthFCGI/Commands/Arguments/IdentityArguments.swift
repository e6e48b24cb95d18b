internal import ArgumentParser
internal import EventLoop
internal import Sessions

/// The rules for the details of a user on a command line.
enum IdentityArguments {
    /// Checks the lengths of the details that were given, and that none has characters that would break a line.
    /// - Throws: The rule that one of them violates.
    static func validate(
        username: UserName? = nil, name: String?, email: String?, groups: GroupNames?
    ) throws(ValidationError) {
        let excess = IdentityLimits.excess(
            username: username?.text, name: name, email: email, groups: groups?.names)
        if let excess { throw ValidationError("The \(excess).") }
        if let username, username.text.unicodeScalars.contains(where: \.isControl) { throw unprintable("username") }
        let details = [("name", name.map { [$0] }), ("email", email.map { [$0] }), ("groups", groups?.names)]
        for (field, texts) in details {
            if let texts, texts.contains(where: { $0.unicodeScalars.contains(where: \.breaksLine) }) {
                throw unprintable(field)
            }
        }
    }

    private static func unprintable(_ field: String) -> ValidationError {
        ValidationError("The \(field) must not have control characters, such as a line break.")
    }

    /// Checks the username of one of the gate's own users.
    /// - Throws: The rule that it violates.
    static func validate(accountName: String) throws(ValidationError) {
        guard (1...LoginRequest.maxUsername).contains(accountName.utf8.count) else {
            throw ValidationError("The username must have 1 to \(LoginRequest.maxUsername) bytes.")
        }
        if accountName.unicodeScalars.contains(where: \.isControl) { throw unprintable("username") }
        if accountName.unicodeScalars.contains(where: \.isInvisible) {
            throw ValidationError("The username must not have characters that do not show, or spaces of other kinds.")
        }
        guard accountName.first != " ", accountName.last != " " else {
            throw ValidationError("The username must not begin or end with a space.")
        }
    }

    /// Checks the label of a session.
    /// - Throws: The rule that it violates.
    static func validate(label: String) throws(ValidationError) {
        guard !label.isEmpty, !IdentityLimits.exceeds(label, IdentityLimits.label) else {
            throw ValidationError("The label must have 1 to \(IdentityLimits.label) characters.")
        }
        if label.unicodeScalars.contains(where: \.breaksLine) { throw unprintable("label") }
    }
}
