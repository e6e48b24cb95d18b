internal import EventLoop

/// The position of a request in a distributed trace: the value of the header `traceparent` (W3C Trace Context, section 3.2).
struct TraceParent: Equatable, Sendable {
    /// The id of the trace: 32 hexadecimal digits.
    let traceID: String
    /// The id of the caller's part of the trace: 16 hexadecimal digits.
    let spanID: String

    /// Returns nil for a value that is to be ignored: a malformed one, ids of zeros only, and version ff. Of a version to come
    /// the parts that version 00 has are read.
    init?(_ text: String) {
        guard text.utf8.count <= 512 else { return nil }
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 4, Self.isHexadecimal(parts[0], 2), parts[0] != "ff",
            parts[0] != "00" || parts.count == 4,
            Self.isID(parts[1], 32), Self.isID(parts[2], 16), Self.isHexadecimal(parts[3], 2)
        else { return nil }
        traceID = String(parts[1])
        spanID = String(parts[2])
    }

    private static func isID(_ text: Substring, _ count: Int) -> Bool {
        isHexadecimal(text, count) && text.contains { $0 != "0" }
    }

    private static func isHexadecimal(_ text: Substring, _ count: Int) -> Bool {
        text.utf8.count == count
            && text.utf8.allSatisfy { $0.isASCIIDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0) }
    }
}
