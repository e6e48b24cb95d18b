internal import EventLoop
internal import Glibc

/// A host and a port, as in the header Host and in a URL: `example.org:8443`, `[2001:db8::1]`.
///
/// The case of a host has no meaning, nor has a dot at its end, and an IPv6 address has many spellings. No port, or an
/// empty one, is the default port of the scheme (RFC 3986, sections 3.2.2, 3.2.3 and 6.2.3; RFC 9110, section 4.2.3).
struct Authority: Equatable {
    /// In lower case, without a dot at the end; an IPv6 address in brackets and its shortest form (RFC 5952).
    let host: String
    /// nil for the default port of the scheme.
    let port: UInt16?

    /// Returns nil for a text that is no host with or without port, such as one with user information or a path.
    init?(_ text: Substring) {
        var end = text.startIndex
        if text.first == "[" {
            guard let bracket = text.firstIndex(of: "]"), let address = Self.canonicalIPv6(text[..<bracket].dropFirst())
            else { return nil }
            end = text.index(after: bracket)
            host = "[\(address)]"
        } else {
            end = text.firstIndex(of: ":") ?? text.endIndex
            let name = text[..<end].last == "." ? text[..<end].dropLast() : text[..<end]
            guard !name.isEmpty, name.last != ".", name.utf8.allSatisfy(Self.isInName) else { return nil }
            host = name.lowercased()
        }
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

    /// True for an IP address, which has no parent domains.
    var isAddress: Bool { host.hasPrefix("[") || host.utf8.allSatisfy { $0 == UInt8(ascii: ".") || $0.isASCIIDigit } }

    /// Names and IPv4 addresses; names in other scripts arrive as `xn--…`.
    private static func isInName(_ byte: UInt8) -> Bool {
        byte.isASCIIAlphanumeric || [UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_")].contains(byte)
    }

    /// The shortest form of an address without brackets; nil for any other text, such as one with a zone.
    private static func canonicalIPv6(_ text: Substring) -> String? {
        var address = in6_addr()
        guard unsafe inet_pton(AF_INET6, String(text), &address) == 1 else { return nil }
        var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard unsafe inet_ntop(AF_INET6, &address, &buffer, socklen_t(buffer.count)) != nil else { return nil }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
