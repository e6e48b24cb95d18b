internal import ArgumentParser
internal import FoundationEssentials

/// The public id of a session on a command line: a UUID in its usual form.
struct SessionID: ExpressibleByArgument {
    /// In lower case, as the database writes it.
    let text: String

    init?(argument: String) {
        guard let id = UUID(uuidString: argument) else { return nil }
        text = id.uuidString.lowercased()
    }
}
