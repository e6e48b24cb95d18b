/// The grammar of JSON (RFC 8259). The decoder accepts more: a comma after the last value, and whatever stands in values
/// that it does not decode.
struct JSONGrammar {
    private let bytes: [UInt8]
    private var index = 0
    /// The bytes that end the arrays and objects around ``index``, the outermost first.
    private var ends: [UInt8] = []

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Returns whether the bytes are one JSON text in UTF-8. Pairs of surrogates are not examined.
    static func accepts(_ json: [UInt8]) -> Bool {
        guard String(validating: json, as: UTF8.self) != nil else { return false }
        var grammar = JSONGrammar(json)
        return grammar.takeText()
    }

    private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func takeText() -> Bool {
        repeat {
            skipSpace()
            switch next {
            case UInt8(ascii: "{"):
                if !takeEmpty(UInt8(ascii: "}")) {
                    guard takeKey() else { return false }
                    continue
                }
            case UInt8(ascii: "["): if !takeEmpty(UInt8(ascii: "]")) { continue }
            case UInt8(ascii: "\""): guard takeString() else { return false }
            case UInt8(ascii: "t"): guard take("true") else { return false }
            case UInt8(ascii: "f"): guard take("false") else { return false }
            case UInt8(ascii: "n"): guard take("null") else { return false }
            default: guard takeNumber() else { return false }
            }
            guard takeEnds() else { return false }
        } while !ends.isEmpty
        skipSpace()
        return next == nil
    }

    /// Takes the beginning of an array or an object.
    /// - Returns: True if its end follows at once; else a value of it does, in an object after its key.
    private mutating func takeEmpty(_ end: UInt8) -> Bool {
        index += 1
        skipSpace()
        guard next == end else {
            ends.append(end)
            return false
        }
        index += 1
        return true
    }

    /// Takes what follows a value: the ends of arrays and objects, then a comma, in an object with the key after it, or
    /// nothing if all have ended.
    private mutating func takeEnds() -> Bool {
        while let end = ends.last {
            skipSpace()
            if next == end {
                index += 1
                ends.removeLast()
            } else {
                return take(",") && (end == UInt8(ascii: "]") || takeKey())
            }
        }
        return true
    }

    private mutating func takeKey() -> Bool {
        skipSpace()
        guard takeString() else { return false }
        skipSpace()
        return take(":")
    }

    private mutating func takeString() -> Bool {
        guard take("\"") else { return false }
        while let byte = next {
            index += 1
            switch byte {
            case UInt8(ascii: "\""): return true
            case UInt8(ascii: "\\"): guard takeEscape() else { return false }
            case ..<0x20: return false
            default: break
            }
        }
        return false
    }

    private mutating func takeEscape() -> Bool {
        guard let byte = next else { return false }
        index += 1
        guard byte == UInt8(ascii: "u") else { return "\"\\/bfnrt".utf8.contains(byte) }
        let digits = bytes[index...].prefix(4)
        index += digits.count
        return digits.count == 4 && digits.allSatisfy { Self.isHexDigit($0) }
    }

    private mutating func takeNumber() -> Bool {
        _ = take("-")
        // No digit follows a zero.
        guard take("0") || takeDigits() else { return false }
        if take("."), !takeDigits() { return false }
        guard take("e") || take("E") else { return true }
        _ = take("+") || take("-")
        return takeDigits()
    }

    private mutating func takeDigits() -> Bool {
        let start = index
        while let byte = next, Self.isDigit(byte) { index += 1 }
        return index > start
    }

    /// Takes a word if it follows.
    private mutating func take(_ word: String) -> Bool {
        guard bytes[index...].starts(with: word.utf8) else { return false }
        index += word.utf8.count
        return true
    }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d { index += 1 }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
    }
}
