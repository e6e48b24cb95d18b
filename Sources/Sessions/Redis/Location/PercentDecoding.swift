/// The decoding of percent-encoded bytes (RFC 3986, section 2.1). A plus sign stays a plus sign.
enum PercentDecoding {
    /// Returns the decoded bytes.
    static func bytes(_ text: ArraySlice<UInt8>) throws(RedisURLProblem) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var rest = text
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                result.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                throw .badEscape
            }
            result.append(high << 4 | low)
        }
        return result
    }

    /// Returns the decoded bytes as text, which must be UTF-8.
    static func text(_ text: ArraySlice<UInt8>) throws(RedisURLProblem) -> String {
        guard let result = String(validating: try bytes(text), as: UTF8.self) else { throw .notUTF8 }
        return result
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
