internal import EventLoop

/// A path, with its query, that no reader takes for the address of another host.
///
/// `//host` and `/\host` are addresses of other hosts, and so is what becomes one of them by removing dot segments or by
/// decoding. Escapes remain as they are.
struct RedirectPath {
    let text: String

    /// How often a path may be encoded for a reader who decodes it again and again.
    private static let maxEncodings = 3
    /// The pages to which a sign-in must not lead: they would ask again, or sign out.
    private static let ownPaths = ["/auth/login", "/auth/logout"]

    /// - Parameter bytes: visible ASCII.
    /// - Returns: nil if the bytes are no such path.
    init?(_ bytes: [UInt8]) {
        guard bytes.first == UInt8(ascii: "/") else { return nil }
        let path = bytes.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
        // Browsers read "\" in a path as "/".
        guard !path.contains(UInt8(ascii: "\\")), Self.isPlain(path) || Self.staysOnSite(Array(path)) else {
            return nil
        }
        guard !Self.ownPaths.contains(where: { path.elementsEqual($0.utf8) }) else { return nil }
        text = String(decoding: bytes, as: UTF8.self)
    }

    /// Returns whether a path, which has no backslash, means the same to every reader: it has no escape, no dot segment, and
    /// does not begin with two slashes. Nearly all paths are so, and each sign-in page has one.
    private static func isPlain(_ path: ArraySlice<UInt8>) -> Bool {
        var previous = UInt8(ascii: " ")
        for (offset, byte) in path.enumerated() {
            if byte == UInt8(ascii: "%") { return false }
            if previous == UInt8(ascii: "/"), byte == UInt8(ascii: ".") || offset == 1 && byte == UInt8(ascii: "/") {
                return false
            }
            previous = byte
        }
        return true
    }

    /// Returns whether the path stays one of this site however often it is decoded.
    private static func staysOnSite(_ path: [UInt8]) -> Bool {
        var path = path
        for _ in 0...maxEncodings {
            let isPlain = path.allSatisfy { $0 >= 0x20 && $0 != 0x7f }
            guard isPlain, !leavesSite(path) else { return false }
            let decoded = decoded(path)
            if decoded == path { return true }
            path = decoded
        }
        return false
    }

    /// Returns whether a path begins with two slashes once its dot segments are removed (RFC 3986, section 5.2.4).
    private static func leavesSite(_ path: [UInt8]) -> Bool {
        var segments: [ArraySlice<UInt8>] = []
        let parts = path.split(omittingEmptySubsequences: false) { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }
        for part in parts.dropFirst() {
            if part.elementsEqual("..".utf8) {
                _ = segments.popLast()
            } else if !part.elementsEqual(".".utf8) {
                segments.append(part)
            }
        }
        guard let first = segments.first else { return false }
        return first.isEmpty && segments.count > 1 || beginsWithLookAlike(first)
    }

    /// Returns whether a segment begins with a character that some reader turns into a slash (Unicode, compatibility
    /// decomposition) or that looks like one.
    private static func beginsWithLookAlike(_ segment: ArraySlice<UInt8>) -> Bool {
        guard let first = segment.first, first >= 0x80 else { return false }
        guard let scalar = String(decoding: segment, as: UTF8.self).unicodeScalars.first else { return false }
        return lookAlikes.contains(scalar)
    }

    private static let lookAlikes: Set<Unicode.Scalar> = [
        "\u{ff0f}", "\u{ff3c}", "\u{2044}", "\u{2215}", "\u{2216}", "\u{2571}", "\u{2572}", "\u{27cb}", "\u{27cd}",
        "\u{29f5}", "\u{29f8}", "\u{29f9}", "\u{fe68}", "\u{fffd}",
    ]

    /// Decodes what can be decoded; a `%` that begins no escape stays.
    private static func decoded(_ path: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var index = 0
        while index < path.count {
            if path[index] == UInt8(ascii: "%"), index + 2 < path.count, let high = path[index + 1].hexDigitValue,
                let low = path[index + 2].hexDigitValue
            {
                result.append(high << 4 | low)
                index += 3
            } else {
                result.append(path[index])
                index += 1
            }
        }
        return result
    }
}
