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
        /// The web server's id of the request, which its own log may have too. For the log alone: some web servers pass on the
        /// one that a client has sent.
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
    private var positions: FactPositions

    /// - Parameters:
    ///   - bytes: the bytes that contain the values, less than 2 GiB.
    ///   - positions: the positions that the codec has found already.
    init(_ bytes: [UInt8], _ positions: FactPositions = FactPositions()) {
        self.bytes = bytes
        self.positions = positions
    }

    /// Adds the position of a value of a fact.
    @inline(__always)
    mutating func add(_ fact: Fact, at range: Range<Int>) { positions.add(fact, at: range) }

    /// Returns the number of values of a fact.
    @inline(__always)
    func count(of fact: Fact) -> Int { positions.count(of: fact) }

    /// Calls `body` with the last value of a fact; empty if there is none.
    @inline(__always)
    func withBytes<T>(of fact: Fact, _ body: (Span<UInt8>) -> T) -> T {
        body(bytes.span.extracting(positions[fact]))
    }

    /// The last value of a fact; nil if there is none. Bytes that are not UTF-8 are replaced.
    subscript(_ fact: Fact) -> String? {
        guard count(of: fact) > 0 else { return nil }
        return text(positions[fact])
    }

    /// All requirements of the location, in their order.
    var allRequirements: [String] { positions.requirements.map(text) }

    /// Returns true if the request is for exactly this path.
    @inline(__always)
    func isFor(path: StaticString) -> Bool {
        withBytes(of: .path) { $0.equals(path) } && withBytes(of: .pathInfo) { $0.isEmpty }
    }

    private func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
}
