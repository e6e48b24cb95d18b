/// Reads percent-encoded text (RFC 3986, section 2.1), strictly.
package enum PercentDecoding {
    package enum Problem: Error, CaseIterable {
        /// A `%` is not followed by two hexadecimal digits.
        case badEscape
        /// The decoded bytes are not UTF-8.
        case notUTF8
    }

    /// The decoded bytes.
    /// - Parameter plusIsSpace: whether a plus is a space, as in form fields; elsewhere a plus is a plus.
    package static func bytes(_ text: ArraySlice<UInt8>, plusIsSpace: Bool = false) throws(Problem) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var rest = text
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                result.append(plusIsSpace && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
                continue
            }
            guard let high = rest.popFirst()?.hexDigitValue, let low = rest.popFirst()?.hexDigitValue else {
                throw .badEscape
            }
            result.append(high << 4 | low)
        }
        return result
    }

    /// The decoded bytes as text, which must be UTF-8.
    package static func text(_ text: ArraySlice<UInt8>, plusIsSpace: Bool = false) throws(Problem) -> String {
        guard let result = String(validating: try bytes(text, plusIsSpace: plusIsSpace), as: UTF8.self) else {
            throw .notUTF8
        }
        return result
    }
}
