internal import EventLoop

/// The fields of stored hashes. Each is nil unless the text has the canonical form.
extension Substring {
    /// A decimal number without a sign and leading zeros.
    var decimal: UInt32? {
        guard !isEmpty, isOfDigits, self == "0" || first != "0"
        else { return nil }
        return UInt32(self)
    }

    private var isOfDigits: Bool { utf8.allSatisfy(\.isASCIIDigit) }

    /// Two digits, as in bcrypt.
    var twoDigits: Int? {
        guard utf8.count == 2, isOfDigits else { return nil }
        return Int(self)
    }

    /// Returns the number after `name`.
    func number(named name: String) -> UInt32? { hasPrefix(name) ? dropFirst(name.count).decimal : nil }

    /// Base64 with padding (RFC 4648, section 4).
    var paddedBase64: [UInt8]? {
        guard utf8.count % 4 == 0 else { return nil }
        let padding = utf8.suffix(2).count { $0 == UInt8(ascii: "=") }
        return dropLast(padding).base64
    }

    /// Base64 without padding.
    var base64: [UInt8]? {
        let text = Array(utf8)
        return Base64.decode(text.span, Base64.standardValues)
    }

    /// passlib's base64: without padding, and with a full stop instead of the plus sign.
    var adaptedBase64: [UInt8]? {
        guard !utf8.contains(UInt8(ascii: "+")) else { return nil }
        let text = utf8.map { $0 == UInt8(ascii: ".") ? UInt8(ascii: "+") : $0 }
        return Base64.decode(text.span, Base64.standardValues)
    }

    /// Hexadecimal, with two lower-case digits per byte.
    var hexadecimal: [UInt8]? {
        guard utf8.allSatisfy({ $0 == $0.asciiLowercased }) else { return nil }
        return [UInt8](hex: utf8)
    }
}
