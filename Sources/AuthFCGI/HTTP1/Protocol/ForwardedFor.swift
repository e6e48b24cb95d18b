internal import EventLoop

/// The headers X-Forwarded-For of a request, and the client's address in them.
///
/// Each proxy appends the address from which it was asked, and passes on what the client has written before it. So the
/// entries are believed from the right as far as trusted proxies have written them.
struct ForwardedFor {
    /// The position of the last header's value; usually there is one.
    private var last: Range<Int>?
    /// The positions of the values before it, in their order.
    private var earlier: [Range<Int>] = []

    /// Adds the value of the next header.
    mutating func add(_ value: Range<Int>) {
        if let last { earlier.append(last) }
        last = value
    }

    /// Returns the position of the rightmost address that is no trusted proxy; nil if there is none, or if an entry before
    /// it is no address.
    func client(in bytes: borrowing Span<UInt8>, _ proxies: TrustedProxies) -> Range<Int>? {
        guard let last else { return nil }
        switch Self.client(in: bytes, last, proxies) {
        case .found(let range): return range
        case .noAddress: return nil
        case .proxiesAlone: break
        }
        for value in earlier.reversed() {
            switch Self.client(in: bytes, value, proxies) {
            case .found(let range): return range
            case .noAddress: return nil
            case .proxiesAlone: break
            }
        }
        return nil
    }

    private enum Finding {
        case found(Range<Int>)
        case noAddress
        case proxiesAlone
    }

    private static func client(
        in bytes: borrowing Span<UInt8>, _ value: Range<Int>, _ proxies: TrustedProxies
    ) -> Finding {
        var end = value.upperBound
        while end > value.lowerBound {
            var start = end
            while start > value.lowerBound, bytes[start - 1] != UInt8(ascii: ",") { start -= 1 }
            let entry = HTTPSyntax.trimmed(bytes, start..<end)
            end = start - 1
            // A list may have empty elements (RFC 9110, section 5.6.1.2).
            if entry.isEmpty { continue }
            let range = withoutPort(bytes, entry)
            guard let address = IPAddress(bytes.extracting(range)) else { return .noAddress }
            if !proxies.contains(address) { return .found(range) }
        }
        return .proxiesAlone
    }

    /// Returns the position of the address in `192.0.2.1:80` and `[2001:db8::1]:80`, as some fronts write it.
    private static func withoutPort(_ bytes: borrowing Span<UInt8>, _ entry: Range<Int>) -> Range<Int> {
        let text = bytes.extracting(entry)
        if text[0] == UInt8(ascii: "["), let bracket = text.firstIndex(of: UInt8(ascii: "]")) {
            let isPort = bracket == text.count - 1 || text[bracket + 1] == UInt8(ascii: ":")
            return isPort ? entry.lowerBound + 1..<entry.lowerBound + bracket : entry
        }
        guard let colon = text.firstIndex(of: UInt8(ascii: ":")),
            text.firstIndex(of: UInt8(ascii: ":"), from: colon + 1) == nil
        else { return entry }
        return entry.lowerBound..<entry.lowerBound + colon
    }
}
