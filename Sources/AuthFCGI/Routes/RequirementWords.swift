/// A ``Requirement``'s text, word by word.
///
/// Words stand apart by spaces, tabs or ends of lines. What has a space in it stands between quotes, double or single
/// ones, whichever nginx's own line leaves free; the same quote twice means itself.
struct RequirementWords {
    private var rest: Substring.UnicodeScalarView

    init(_ text: String) { rest = Substring(text).unicodeScalars }

    /// The next word; nil behind the last one.
    mutating func next() throws(Requirement.Unreadable) -> RequirementWord? {
        rest = rest.drop(while: Self.isSpace)
        guard let first = rest.first else { return nil }
        guard first == "\"" || first == "'" else { return .plain(try plain()) }
        let word = try quoted(by: first)
        guard rest.first.map(Self.isSpace) ?? true else { throw Requirement.Unreadable() }
        return .quoted(word)
    }

    /// A comma, a bracket and the like are signs that somebody had another grammar in mind; a name that has one needs
    /// quotes. Otherwise `group admin,staff` would quietly mean a group that nobody is in.
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
