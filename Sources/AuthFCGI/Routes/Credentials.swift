internal import EventLoop
internal import Sessions

/// The session token in a request.
enum Credentials {
    /// The request has no token of the gate.
    case none
    /// The request has a token that is malformed or ambiguous. Nothing else in the request is tried.
    case invalid(Source)
    case token(SessionToken, Source)

    enum Source: Equatable {
        /// `Authorization: Bearer`, which only programs send.
        case bearer
        /// The cookie, which a browser also sends with requests that other sites cause.
        case cookie
        /// Several cookies of the name, with different values.
        case severalCookies
    }

    /// Reads the headers.
    ///
    /// A Bearer token that is not the gate's, such as an application's JWT, is ignored. One that is the gate's but
    /// malformed does not fall back to the cookie.
    /// - Parameters:
    ///   - authorization: The value of the header, or nil if absent.
    ///   - cookies: The value of the header, or nil if absent.
    ///   - name: The name of the session cookie.
    init(authorization: borrowing Span<UInt8>, cookies: borrowing Span<UInt8>, cookieName name: [UInt8]) {
        if let bearer = Self.bearer(authorization), SessionToken.hasPrefix(authorization.extracting(bearer)) {
            self = SessionToken(authorization.extracting(bearer)).map { .token($0, .bearer) } ?? .invalid(.bearer)
            return
        }
        var found: Range<Int>?
        for value in CookieValues(of: name, in: cookies) {
            if let first = found, !Self.isEqual(cookies.extracting(first), cookies.extracting(value)) {
                self = .invalid(.severalCookies)
                return
            }
            found = value
        }
        guard let found else {
            self = .none
            return
        }
        self = SessionToken(cookies.extracting(found)).map { .token($0, .cookie) } ?? .invalid(.cookie)
    }

    /// Returns the position of the token in `Bearer TOKEN` (RFC 6750; the scheme's name in any case, RFC 9110), or nil
    /// for another scheme.
    private static func bearer(_ value: borrowing Span<UInt8>) -> Range<Int>? {
        let scheme: StaticString = "bearer "
        guard value.count > 7 else { return nil }
        for index in 0..<7 {
            guard unsafe value[index].asciiLowercased == scheme.utf8Start[index] else { return nil }
        }
        var start = 7
        var end = value.count
        while start < end, value[start] == UInt8(ascii: " ") { start += 1 }
        while end > start, value[end - 1] == UInt8(ascii: " ") { end -= 1 }
        return start..<end
    }

    private static func isEqual(_ a: borrowing Span<UInt8>, _ b: borrowing Span<UInt8>) -> Bool {
        guard a.count == b.count else { return false }
        for index in a.indices where a[index] != b[index] { return false }
        return true
    }
}

/// The positions of the values of one cookie in a Cookie header (RFC 6265, section 4.2), usually one. The name must
/// match exactly.
struct CookieValues: Sequence, IteratorProtocol {
    private var ranges: [Range<Int>] = []
    private var nextIndex = 0

    init(of name: [UInt8], in header: borrowing Span<UInt8>) {
        var start = 0
        while start < header.count {
            var end = start
            while end < header.count, header[end] != UInt8(ascii: ";") { end += 1 }
            if let value = Self.value(of: name, in: header, start..<end) { ranges.append(value) }
            start = end + 1
        }
    }

    mutating func next() -> Range<Int>? {
        guard nextIndex < ranges.count else { return nil }
        defer { nextIndex += 1 }
        return ranges[nextIndex]
    }

    private static func value(
        of name: [UInt8], in header: borrowing Span<UInt8>, _ pair: Range<Int>
    ) -> Range<Int>? {
        var (start, end) = (pair.lowerBound, pair.upperBound)
        while start < end, isSpace(header[start]) { start += 1 }
        while end > start, isSpace(header[end - 1]) { end -= 1 }
        guard end - start > name.count, header[start + name.count] == UInt8(ascii: "=") else { return nil }
        for index in name.indices where header[start + index] != name[index] { return nil }
        return start + name.count + 1..<end
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
}
