/// An SQL script, parsed like psql does: statements are separated by semicolons and sent one by one, so that only BEGIN
/// and COMMIT make several statements one transaction.
enum SQLScript {
    /// Returns the statements without the semicolons.
    ///
    /// - Throws: An error at a backslash outside of quotes: psql's own commands are not supported.
    static func statements(of text: String) throws -> [String] {
        let bytes = Array(text.utf8)
        var statements: [String] = []
        var (start, position, depth) = (0, 0, 0)
        func finish(at end: Int) {
            let statement = bytes[start..<end].drop { isSpace($0) }
            if !statement.isEmpty { statements.append(String(decoding: statement, as: UTF8.self)) }
        }
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "'"):
                position = endOfQuoted(bytes, position, escapes: isEscapeString(bytes, position))
                continue
            case UInt8(ascii: "\""):
                position = endOfQuoted(bytes, position, escapes: false)
                continue
            case UInt8(ascii: "$"):
                if let end = endOfDollarQuoted(bytes, position) {
                    position = end
                    continue
                }
            case UInt8(ascii: "-") where bytes[position...].starts(with: "--".utf8):
                position = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
                continue
            case UInt8(ascii: "/") where bytes[position...].starts(with: "/*".utf8):
                position = endOfComment(bytes, position)
                continue
            case UInt8(ascii: "("): depth += 1
            case UInt8(ascii: ")"): depth -= 1
            case UInt8(ascii: ";") where depth <= 0:
                finish(at: position)
                (start, depth) = (position + 1, 0)
            case UInt8(ascii: "\\"):
                throw SupportError.unexpected("a command of psql, which this is not: \(text)")
            default: break
            }
            position += 1
        }
        finish(at: bytes.count)
        return statements
    }

    /// Returns the position after the quote that closes the one at `start`. A doubled quote does not close.
    private static func endOfQuoted(_ bytes: [UInt8], _ start: Int, escapes: Bool) -> Int {
        var position = start + 1
        while position < bytes.count {
            if bytes[position] == bytes[start] {
                guard position + 1 < bytes.count, bytes[position + 1] == bytes[start] else { return position + 1 }
                position += 1
            } else if escapes, bytes[position] == UInt8(ascii: "\\") {
                position += 1
            }
            position += 1
        }
        return bytes.count
    }

    /// Returns whether the quote starts an E'…' text, in which a backslash escapes the next character.
    private static func isEscapeString(_ bytes: [UInt8], _ quote: Int) -> Bool {
        guard quote > 0, bytes[quote - 1] | 0x20 == UInt8(ascii: "e") else { return false }
        return quote == 1 || !isWord(bytes[quote - 2])
    }

    /// Returns the position after the $tag$ that closes the one at `start`, or nil if this dollar sign starts none.
    private static func endOfDollarQuoted(_ bytes: [UInt8], _ start: Int) -> Int? {
        guard start == 0 || !isWord(bytes[start - 1]) else { return nil }
        let name = bytes[(start + 1)...].prefix { isWord($0) }
        guard name.endIndex < bytes.count, bytes[name.endIndex] == UInt8(ascii: "$"),
            !(name.first.map { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ?? false)
        else { return nil }
        let tag = bytes[start...name.endIndex]
        var position = tag.endIndex
        while position < bytes.count {
            if bytes[position...].starts(with: tag) { return position + tag.count }
            position += 1
        }
        return bytes.count
    }

    /// Returns the position after the comment at `start`. Comments nest.
    private static func endOfComment(_ bytes: [UInt8], _ start: Int) -> Int {
        var (position, depth) = (start, 0)
        while position < bytes.count {
            if bytes[position...].starts(with: "/*".utf8) {
                depth += 1
                position += 2
            } else if bytes[position...].starts(with: "*/".utf8) {
                depth -= 1
                position += 2
                if depth == 0 { return position }
            } else {
                position += 1
            }
        }
        return bytes.count
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }

    /// Returns whether a byte can be part of a name or tag. All bytes beyond ASCII can.
    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
            true
        default: false
        }
    }
}
