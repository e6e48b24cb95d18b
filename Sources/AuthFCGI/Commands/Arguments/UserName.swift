internal import ArgumentParser
internal import Sessions

/// The id or name of a user on a command line: 1 to 256 characters.
struct UserName: CustomStringConvertible {
    let text: String

    /// - Throws: The rule that the text violates.
    init(parsing text: String) throws(ValidationError) {
        guard !text.isEmpty, !IdentityLimits.exceeds(text, IdentityLimits.username) else {
            throw ValidationError("it must have 1 to \(IdentityLimits.username) characters")
        }
        self.text = text
    }

    /// The text, safe for a terminal.
    var description: String { PrintableText.of(text) }
}
