/// The tokenizer of a ``Requirement``.
///
/// Words are separated by spaces, tabs or line ends. A name with a space is enclosed in double or single quotes,
/// whichever nginx's own line leaves free; a doubled quote stands for itself.
struct RequirementWords {
    private var rest: Substring.UnicodeScalarView

    init(_ text: String) { rest = Substring(text).unicodeScalars }

    /// The next word, or nil at the end.
    mutating func next() throws(Requirement.Unreadable) -> RequirementWord? {
        rest = rest.drop(while: Self.isSpace)
        guard let first = rest.first else { return nil }
        guard first == "\"" || first == "'" else { return .plain(try plain()) }
        let word = try quoted(by: first)
        guard rest.first.map(Self.isSpace) ?? true else { throw Requirement.Unreadable() }
        return .quoted(word)
    }

    /// Returns whether a character needs no quotes. A comma or a bracket suggests that the author had another grammar
    /// in mind: `group admin,staff` would otherwise be a group that nobody belongs to.
    private mutating func plain() throws(Requirement.Unreadable) -> String {
        let word = rest.prefix { !Self.isSpace($0) }
        guard !word.contains(where: Self.strangers.contains) else { throw Requirement.Unreadable() }
        rest = rest[word.endIndex...]
        return String(word)
    }

    private mutating func quoted(by quote: Unicode.Scalar) throws(Requirement.Unreadable) -> String {
        var word = String.UnicodeScalarView()
        rest.removeFirst()
        while true {
            let part = rest.prefix { $0 != quote }
            word.append(contentsOf: part)
            rest = rest[part.endIndex...]
            guard !rest.isEmpty else { throw Requirement.Unreadable() }  // it has no end
            rest.removeFirst()
            guard rest.first == quote else { break }
            word.append(quote)
            rest.removeFirst()
        }
        guard !word.isEmpty else { throw Requirement.Unreadable() }
        return String(word)
    }

    private static let strangers: Set<Unicode.Scalar> = [",", ";", "(", ")", "\"", "|", "&", "!", "="]

    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool { " \t\r\n".unicodeScalars.contains(scalar) }
}
