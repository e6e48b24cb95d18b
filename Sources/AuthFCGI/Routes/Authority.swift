/// A host and a port, as in the header Host and in a URL: `example.org:8443`, `[2001:db8::1]`.
///
/// The case of a host has no meaning, and no port, or an empty one, is the default port of the scheme (RFC 3986, sections
/// 3.2.3 and 6.2.3; RFC 9110, section 4.2.3).
struct Authority {
    /// In lower case.
    let host: String
    /// nil for the default port of the scheme.
    let port: UInt16?

    /// Returns nil for a text that is no host with or without port, such as one with user information or a path.
    init?(_ text: Substring) {
        var end = text.startIndex
        if text.first == "[" {
            guard let bracket = text.firstIndex(of: "]") else { return nil }
            guard text[..<bracket].dropFirst().utf8.allSatisfy(Self.isInAddress) else { return nil }
            end = text.index(after: bracket)
        } else {
            end = text.firstIndex(of: ":") ?? text.endIndex
            guard end > text.startIndex, text[..<end].utf8.allSatisfy(Self.isInName) else { return nil }
        }
        host = text[..<end].lowercased()
        let rest = text[end...]
        guard !rest.isEmpty else {
            port = nil
            return
        }
        let digits = rest.dropFirst()
        guard rest.first == ":", digits.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) else {
            return nil
        }
        guard !digits.isEmpty else {
            port = nil
            return
        }
        guard let number = UInt16(digits) else { return nil }
        port = number
    }

    /// Names and IPv4 addresses; names in other scripts arrive as `xn--…`.
    private static func isInName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    /// IPv6 addresses, without brackets.
    private static func isInAddress(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: ":"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}
