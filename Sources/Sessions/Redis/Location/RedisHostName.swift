internal import EventLoop

/// The syntax of hosts in URLs and in Redis replies. Other texts do not reach the log or the resolver.
enum RedisHostName {
    /// Returns whether a text has the form of a name or an IPv4 address. Underscores are common in container networks.
    static func isName(_ text: some Collection<UInt8>) -> Bool {
        !text.isEmpty && text.count <= 253
            && text.allSatisfy { $0.isASCIIAlphanumeric || "-._".utf8.contains($0) }
    }

    /// Returns whether a text has the form of an IPv6 address, without brackets and zone.
    static func isIPv6(_ text: some Collection<UInt8>) -> Bool {
        let colons = text.count { $0 == UInt8(ascii: ":") }
        return (2...7).contains(colons) && text.count <= 45
            && text.allSatisfy { $0.hexDigitValue != nil || ":.".utf8.contains($0) }
    }

    /// Parses a decimal port from 1 to 65535.
    static func port(_ text: some Collection<UInt8>) -> UInt16? {
        guard let number = number(text), number > 0 else { return nil }
        return number
    }

    /// Parses one to five decimal digits, at most 65535.
    static func number(_ text: some Collection<UInt8>) -> UInt16? {
        guard (1...5).contains(text.count), text.allSatisfy(\.isASCIIDigit) else { return nil }
        return UInt16(String(decoding: text, as: UTF8.self))
    }
}
