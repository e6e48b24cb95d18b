internal import ArgumentParser

/// The id or name of a user on a command line: 1 to 256 bytes.
struct UserName: ExpressibleByArgument, CustomStringConvertible {
    let text: String

    init?(argument: String) {
        guard (1...LoginRequest.maxUsername).contains(argument.utf8.count) else { return nil }
        text = argument
    }

    /// The text, safe for a terminal.
    var description: String { PrintableText.of(text) }
}
