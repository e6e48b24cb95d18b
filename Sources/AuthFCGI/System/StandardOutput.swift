/// The output of commands. All of it goes through here, since much of it comes from users and applications.
enum StandardOutput {
    /// Writes a text of one or several lines, and a line feed, without characters that have an effect on a terminal.
    static func writeLine(_ text: String) { write(text + "\n") }

    /// Writes a text of one or several lines without characters that have an effect on a terminal.
    static func write(_ text: String) { print(PrintableText.lines(text), terminator: "") }
}
