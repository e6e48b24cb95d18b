internal import EventLoop

/// A tag of a page as browsers read it.
struct HTMLTag: Equatable {
    /// In lower case; with a slash before it for the end of an element.
    let name: String
    /// The values, as they are written, by the names in lower case.
    let attributes: [String: String]

    subscript(_ attribute: String) -> String? { attributes[attribute] }
}

/// Reads a page tag by tag (WHATWG HTML, section 13.2.5), as far as ``PageTrial`` needs it.
struct HTMLScanner {
    private let bytes: [UInt8]
    private var position = 0
    /// True if there was a text outside of tags that is shown on the page.
    private(set) var hasText = false

    /// The elements whose content has no tags and is not shown as a text of the page.
    private static let opaque: Set<String> = ["style", "script", "title", "textarea"]

    init(_ html: String) { bytes = Array(html.utf8) }

    /// Returns the next tag; nil at the end of the page.
    mutating func next() -> HTMLTag? {
        while let byte {
            guard byte == UInt8(ascii: "<") else {
                if !Self.isSpace(byte) { hasText = true }
                position += 1
                continue
            }
            if isAt("<!--") {
                skip(past: "-->")
            } else if isAt("<!") || isAt("<?") {
                skip(past: ">")
            } else {
                let isEnd = isAt("</")
                position += isEnd ? 2 : 1
                guard let first = self.byte, Self.isLetter(first) else {
                    hasText = true
                    continue
                }
                let name = takeWord(until: [])
                let attributes = takeAttributes()
                if isEnd { return HTMLTag(name: "/" + name, attributes: attributes) }
                if Self.opaque.contains(name) { skip(to: "</" + name) }
                return HTMLTag(name: name, attributes: attributes)
            }
        }
        return nil
    }

    private var byte: UInt8? { position < bytes.count ? bytes[position] : nil }

    /// Takes the attributes of a tag and its end. Of several with one name the first counts.
    private mutating func takeAttributes() -> [String: String] {
        var attributes: [String: String] = [:]
        while true {
            skipSpace(and: UInt8(ascii: "/"))
            guard let byte else { return attributes }
            if byte == UInt8(ascii: ">") {
                position += 1
                return attributes
            }
            let name = takeWord(until: [UInt8(ascii: "=")])
            skipSpace()
            var value = ""
            if self.byte == UInt8(ascii: "=") {
                position += 1
                skipSpace()
                value = takeValue()
            }
            if attributes[name] == nil { attributes[name] = value }
        }
    }

    /// Takes a name, of one byte at least, in lower case.
    private mutating func takeWord(until marks: [UInt8]) -> String {
        let start = position
        position += 1
        while let byte, !Self.isSpace(byte), byte != UInt8(ascii: "/"), byte != UInt8(ascii: ">"),
            !marks.contains(byte)
        {
            position += 1
        }
        return String(decoding: bytes[start..<position], as: UTF8.self).lowercased()
    }

    private mutating func takeValue() -> String {
        guard let quote = byte, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
            let start = position
            while let byte, !Self.isSpace(byte), byte != UInt8(ascii: ">") { position += 1 }
            return String(decoding: bytes[start..<position], as: UTF8.self)
        }
        position += 1
        let start = position
        while let byte, byte != quote { position += 1 }
        let value = String(decoding: bytes[start..<position], as: UTF8.self)
        if byte != nil { position += 1 }
        return value
    }

    private mutating func skipSpace(and mark: UInt8? = nil) {
        while let byte, Self.isSpace(byte) || byte == mark { position += 1 }
    }

    private mutating func skip(past text: String) {
        skip(to: text)
        if position < bytes.count { position += text.utf8.count }
    }

    /// Moves to the next place of a text that begins with a mark, or to the end.
    private mutating func skip(to text: String) {
        let first = text.utf8.first
        while let byte, byte != first || !isAt(text) { position += 1 }
    }

    /// - Parameter text: in lower case.
    private func isAt(_ text: String) -> Bool {
        guard bytes.count - position >= text.utf8.count else { return false }
        return zip(text.utf8, bytes[position...]).allSatisfy { $0 == $1.asciiLowercased }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0a, 0x0c, 0x0d].contains(byte) }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7a).contains(byte.asciiLowercased) }
}
