/// Parses a file of an nginx configuration.
struct NginxParser {
    private var scanner: NginxScanner

    /// Returns the directives of a text, in order. `include` is a directive like any other.
    /// - Parameter file: The file's name in places.
    static func directives(of text: String, file: String) throws(NginxSyntaxError) -> [NginxDirective] {
        var parser = NginxParser(scanner: NginxScanner(text, file: file))
        let directives = try parser.block(isOpen: false)
        return directives
    }

    /// Parses up to the end of a block.
    /// - Parameter isOpen: True if a `}` ends it, false if the end of the file does.
    private mutating func block(isOpen: Bool) throws(NginxSyntaxError) -> [NginxDirective] {
        var directives: [NginxDirective] = []
        var words: [String] = []
        var start = scanner.place
        while let (token, place) = try scanner.next() {
            switch token {
            case .word(let word):
                if words.isEmpty { start = place }
                words.append(word)
            case .end:
                guard let name = words.first else { throw NginxSyntaxError(place: place, problem: "unexpected ;") }
                directives.append(NginxDirective(name: name, arguments: Array(words.dropFirst()), place: start))
                words = []
            case .open:
                guard let name = words.first else { throw NginxSyntaxError(place: place, problem: "unexpected {") }
                var directive = NginxDirective(name: name, arguments: Array(words.dropFirst()), place: start)
                if name.hasSuffix("_by_lua_block") {
                    try scanner.skipForeignBlock()
                    directive.block = []
                } else {
                    directive.block = try block(isOpen: true)
                }
                directives.append(directive)
                words = []
            case .close:
                guard isOpen else { throw NginxSyntaxError(place: place, problem: "unexpected }") }
                guard words.isEmpty else { throw Self.unfinished(words, start) }
                return directives
            }
        }
        guard words.isEmpty else { throw Self.unfinished(words, start) }
        guard !isOpen else { throw NginxSyntaxError(place: scanner.place, problem: "a } is missing") }
        return directives
    }

    private static func unfinished(_ words: [String], _ place: NginxPlace) -> NginxSyntaxError {
        NginxSyntaxError(place: place, problem: "\(SettingsProblems.quoted(words[0])) has no ; at its end")
    }
}
