/// The tags in the text of a template, with their lines, for messages about them.
enum TemplateTags {
    struct Tag: Equatable {
        enum Kind: Equatable {
            case value
            case section
            case inverted
            case end
            /// Another template is inserted, by `{{>name}}` or `{{<name}}`.
            case partial
            /// `{{=… …=}}`
            case delimiters
            case other
        }

        let kind: Kind
        let name: String
        let line: Int
    }

    /// Returns the tags between `{{` and `}}`. Other delimiters are not followed.
    static func all(in text: String) -> [Tag] {
        var tags: [Tag] = []
        var rest = text.utf8[...]
        var line = 1
        while let start = rest.firstRange(of: "{{".utf8) {
            line += rest[..<start.lowerBound].count { $0 == UInt8(ascii: "\n") }
            let inside = rest[start.upperBound...]
            guard let end = inside.firstRange(of: "}}".utf8) else { break }
            let content = String(Substring(inside[..<end.lowerBound]))
            tags.append(tag(content, line))
            line += content.utf8.count { $0 == UInt8(ascii: "\n") }
            rest = inside[end.upperBound...]
        }
        return tags
    }

    /// Returns the line of the first tag that uses a value; nil if there is none.
    static func line(of name: String, in text: String) -> Int? {
        all(in: text).first { tag in
            switch tag.kind {
            case .value, .section, .inverted: tag.name.split(separator: ".").contains { $0 == name }
            case .end, .partial, .delimiters, .other: false
            }
        }?.line
    }

    private static func tag(_ content: String, _ line: Int) -> Tag {
        let kind: Tag.Kind
        switch content.first {
        case "#": kind = .section
        case "^": kind = .inverted
        case "/": kind = .end
        case ">", "<": kind = .partial
        case "=": kind = .delimiters
        case "!", "$", "%": kind = .other
        default: kind = .value
        }
        let marks: Set<Character> = ["#", "^", "/", ">", "<", "&", "{", "}", " ", "\t", "\n"]
        return Tag(kind: kind, name: content.filter { !marks.contains($0) }, line: line)
    }
}
