/// The reason why a file is no nginx configuration.
struct NginxSyntaxError: Error, Equatable {
    let place: NginxPlace
    let problem: String
}

/// Splits an nginx configuration into words and signs, as nginx does (`ngx_conf_read_token`).
struct NginxScanner {
    /// A word or a sign.
    enum Token: Equatable {
        case word(String)
        /// `;`
        case end
        /// `{`
        case open
        /// `}`
        case close
    }

    private let bytes: [UInt8]
    private let file: String
    private var position = 0
    private var line = 1

    init(_ text: String, file: String) {
        bytes = Array(text.utf8)
        self.file = file
    }

    /// The place of the next token, once the spaces before it are skipped.
    var place: NginxPlace { NginxPlace(file: file, line: line) }

    /// Returns the next token and its place, or nil at the end of the text.
    mutating func next() throws(NginxSyntaxError) -> (token: Token, place: NginxPlace)? {
        skipSpace()
        guard position < bytes.count else { return nil }
        let start = place
        switch bytes[position] {
        case UInt8(ascii: ";"): return (step(.end), start)
        case UInt8(ascii: "{"): return (step(.open), start)
        case UInt8(ascii: "}"): return (step(.close), start)
        case UInt8(ascii: "\""), UInt8(ascii: "'"): return (.word(try quotedWord(from: start)), start)
        default: return (.word(bareWord()), start)
        }
    }

    /// Skips a block of another language, whose `{` was the last token, to the `}` that ends it.
    mutating func skipForeignBlock() throws(NginxSyntaxError) {
        let start = place
        var depth = 1
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "}"): depth -= 1
            case UInt8(ascii: "\n"): line += 1
            default: break
            }
            position += 1
            if depth == 0 { return }
        }
        throw NginxSyntaxError(place: start, problem: "the block has no end")
    }

    private mutating func step(_ token: Token) -> Token {
        position += 1
        return token
    }

    private mutating func skipSpace() {
        var isComment = false
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\n") {
                line += 1
                isComment = false
            } else if byte == UInt8(ascii: "#") {
                isComment = true
            } else if !isComment, !Self.isSpace(byte) {
                return
            }
            position += 1
        }
    }

    private mutating func quotedWord(from start: NginxPlace) throws(NginxSyntaxError) -> String {
        let quote = bytes[position]
        var word: [UInt8] = []
        position += 1
        while position < bytes.count {
            let byte = bytes[position]
            if byte == quote {
                position += 1
                return String(decoding: word, as: UTF8.self)
            }
            take(into: &word)
        }
        throw NginxSyntaxError(place: start, problem: "the quote has no end")
    }

    private mutating func bareWord() -> String {
        var word: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            if Self.isSpace(byte) || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: ";") { break }
            // The brace of ${name} belongs to the word.
            if byte == UInt8(ascii: "{"), word.last != UInt8(ascii: "$") { break }
            take(into: &word)
        }
        return String(decoding: word, as: UTF8.self)
    }

    /// Appends the next character. A backslash stays, unless it stands before a quote or another backslash.
    private mutating func take(into word: inout [UInt8]) {
        let byte = bytes[position]
        if byte == UInt8(ascii: "\n") { line += 1 }
        position += 1
        guard byte == UInt8(ascii: "\\"), position < bytes.count else { return word.append(byte) }
        let next = bytes[position]
        if next == UInt8(ascii: "\n") { line += 1 }
        position += 1
        let dropsBackslash = [UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "\\")].contains(next)
        word += dropsBackslash ? [next] : [byte, next]
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
    }
}
