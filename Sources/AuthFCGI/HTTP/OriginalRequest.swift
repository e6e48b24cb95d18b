/// What the front says of its client's request, whatever the protocol in which it says so.
///
/// A codec fills it from its own bytes and answers for what each ``Fact`` says about trust. Only where the values lie is
/// noted then; text is made of them when a route asks.
struct OriginalRequest {
    enum Fact: Int, CaseIterable {
        // The front's own word, which no client can set.

        /// The path that is asked of the gate, as the front has matched it.
        case path
        /// What follows ``path``, where the front tells the two apart.
        case pathInfo
        case method
        case query
        /// The client's address.
        case clientAddress
        /// The scheme that the front was asked with.
        case scheme
        /// The host and port that the client asked.
        case host
        /// Of a check: the URI of the request that it is about, with its query.
        case originalURI
        /// Of a check: that request's method.
        case originalMethod
        /// What the location requires beyond a session. There may be several, and all of them count.
        case requirement

        // The client's word, handed on.

        case authorization
        case cookie
        case contentType
        case origin
        /// Sec-Fetch-Site: which page has caused the request. Browsers let no page set it.
        case fetchSite
        case userAgent
    }

    /// The codec's bytes, in which all values lie.
    private let bytes: [UInt8]
    /// Where the last value of each fact lies. The last, because an nginx location includes the usual parameters and
    /// sets its own behind them, and nginx then passes both.
    private var starts = InlineArray<16, Int32>(repeating: 0)
    private var ends = InlineArray<16, Int32>(repeating: 0)
    /// How many values a fact has.
    private var counts = InlineArray<16, Int32>(repeating: 0)
    /// Where the requirements lie, when there are several.
    private var requirements: [Range<Int>] = []

    /// - Parameter bytes: what the values lie in: less than 2 GiB.
    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Notes where a value of a fact lies.
    @inline(__always)
    mutating func add(_ fact: Fact, at range: Range<Int>) {
        if fact == .requirement { requirements.append(range) }
        starts[fact.rawValue] = Int32(truncatingIfNeeded: range.lowerBound)
        ends[fact.rawValue] = Int32(truncatingIfNeeded: range.upperBound)
        counts[fact.rawValue] &+= 1
    }

    /// How many values a fact has.
    @inline(__always)
    func count(of fact: Fact) -> Int { Int(counts[fact.rawValue]) }

    /// Calls `body` with the last value of a fact; empty when there is none.
    @inline(__always)
    func withBytes<T>(of fact: Fact, _ body: (Span<UInt8>) -> T) -> T {
        body(bytes.span.extracting(Int(starts[fact.rawValue])..<Int(ends[fact.rawValue])))
    }

    /// The last value of a fact; nil when there is none. Bytes that are not UTF-8 are replaced.
    subscript(_ fact: Fact) -> String? {
        guard count(of: fact) > 0 else { return nil }
        return text(Int(starts[fact.rawValue])..<Int(ends[fact.rawValue]))
    }

    /// All that the location requires, in the order in which it came.
    var allRequirements: [String] { requirements.map(text) }

    /// Whether the request is for exactly this path.
    @inline(__always)
    func isFor(path: StaticString) -> Bool {
        withBytes(of: .path) { $0.equals(path) } && withBytes(of: .pathInfo) { $0.isEmpty }
    }

    private func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
}
