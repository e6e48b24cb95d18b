/// The request of a client as the web server describes it, in whatever protocol.
///
/// The codec of each protocol fills it from its own bytes, and guarantees for each ``Fact`` who can set it. Only the
/// positions of the values are stored; texts are made when a route needs them.
struct OriginalRequest {
    enum Fact: Int, CaseIterable {
        // From the web server itself; no client can set these.

        /// The path of the route, as the web server has matched it.
        case path
        /// The rest of the path, if the web server splits it.
        case pathInfo
        case method
        case query
        /// The address of the client.
        case clientAddress
        /// The scheme of the client's request.
        case scheme
        /// The host, and the port if any, of the client's request.
        case host
        /// In a check: the URI of the request that is checked, with its query.
        case originalURI
        /// In a check: the method of the request that is checked.
        case originalMethod
        /// The requirement of the location beyond a session. There may be several, which must all be met.
        case requirement
        /// The web server's id of the request, which its own log may have too.
        case requestID

        // From the client, passed on by the web server.

        case authorization
        case cookie
        case contentType
        case origin
        /// Sec-Fetch-Site: the relation of the page that has caused the request. Pages cannot set it.
        case fetchSite
        /// Sec-Fetch-Mode: `navigate` if the answer is shown as a page. Pages cannot set it.
        case fetchMode
        case accept
        case acceptLanguage
        case userAgent
        /// The position of the request in a trace (W3C Trace Context).
        case traceparent
    }

    /// The bytes of the codec, which contain all values.
    private let bytes: [UInt8]
    /// The position of the last value of each fact. The last one counts, because an nginx location includes the usual
    /// parameters, then sets its own, and nginx passes both.
    private var starts = InlineArray<21, Int32>(repeating: 0)
    private var ends = InlineArray<21, Int32>(repeating: 0)
    /// The number of values of each fact.
    private var counts = InlineArray<21, Int32>(repeating: 0)
    /// The positions of all requirements.
    private var requirements: [Range<Int>] = []

    /// - Parameter bytes: the bytes that contain the values, less than 2 GiB.
    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Adds the position of a value of a fact.
    @inline(__always)
    mutating func add(_ fact: Fact, at range: Range<Int>) {
        if fact == .requirement { requirements.append(range) }
        starts[fact.rawValue] = Int32(truncatingIfNeeded: range.lowerBound)
        ends[fact.rawValue] = Int32(truncatingIfNeeded: range.upperBound)
        counts[fact.rawValue] &+= 1
    }

    /// Returns the number of values of a fact.
    @inline(__always)
    func count(of fact: Fact) -> Int { Int(counts[fact.rawValue]) }

    /// Calls `body` with the last value of a fact; empty if there is none.
    @inline(__always)
    func withBytes<T>(of fact: Fact, _ body: (Span<UInt8>) -> T) -> T {
        body(bytes.span.extracting(Int(starts[fact.rawValue])..<Int(ends[fact.rawValue])))
    }

    /// The last value of a fact; nil if there is none. Bytes that are not UTF-8 are replaced.
    subscript(_ fact: Fact) -> String? {
        guard count(of: fact) > 0 else { return nil }
        return text(Int(starts[fact.rawValue])..<Int(ends[fact.rawValue]))
    }

    /// All requirements of the location, in their order.
    var allRequirements: [String] { requirements.map(text) }

    /// Returns true if the request is for exactly this path.
    @inline(__always)
    func isFor(path: StaticString) -> Bool {
        withBytes(of: .path) { $0.equals(path) } && withBytes(of: .pathInfo) { $0.isEmpty }
    }

    private func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
}
