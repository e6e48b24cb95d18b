internal import ArgumentParser
internal import FoundationEssentials

/// The public id of a session on a command line: a UUID in its usual form.
struct SessionID {
    /// In lower case, as the database writes it.
    let text: String

    /// - Throws: The rule that the text violates.
    init(parsing text: String) throws(ValidationError) {
        guard let id = UUID(uuidString: text) else {
            throw ValidationError("it must be a UUID, as 'session list' prints it")
        }
        self.text = id.uuidString.lowercased()
    }
}
