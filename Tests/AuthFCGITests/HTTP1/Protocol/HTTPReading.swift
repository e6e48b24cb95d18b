@testable import AuthFCGI

/// What is read of the bytes of a request.
struct HTTPReading: Equatable {
    let verdict: HTTPRequestScanner.Verdict
    private(set) var facts: [OriginalRequest.Fact: String] = [:]
    private(set) var body = RequestBody.whole([])
    /// The number of bytes of the request.
    private(set) var size = 0
    private(set) var keepsConnection = false
    private(set) var isHead = false

    /// - Parameters:
    ///   - cuts: The numbers of bytes that have arrived at earlier looks; the last look sees all.
    ///   - proxies: TRUSTED_PROXIES.
    ///   - peer: The text of the peer's address.
    init(_ bytes: [UInt8], cutAt cuts: [Int] = [], maxBody: Int = 64, proxies: [String] = [], peer: String = "") {
        var scanner = HTTPRequestScanner(maxBody: maxBody)
        var verdict = HTTPRequestScanner.Verdict.incomplete
        for cut in cuts where verdict == .incomplete {
            let arrived = Array(bytes.prefix(cut))
            verdict = scanner.scan(arrived.span)
        }
        if verdict == .incomplete { verdict = scanner.scan(bytes.span) }
        self.verdict = verdict
        guard verdict == .complete else { return }
        let trusted = TrustedProxies(proxies.compactMap { IPNetwork($0) })
        let request = OriginalRequest(http: bytes.span, scanner.head, peer: Array(peer.utf8), trusted)
        for fact in OriginalRequest.Fact.allCases { facts[fact] = request[fact] }
        body = scanner.body
        size = scanner.position
        keepsConnection = scanner.keepsConnection
        isHead = scanner.head.isHead
    }

    init(_ text: String, maxBody: Int = 64, proxies: [String] = [], peer: String = "") {
        self.init(Array(text.utf8), maxBody: maxBody, proxies: proxies, peer: peer)
    }

    /// The reason of the refusal. Nil if the request is not refused.
    var refusal: HTTPRefusal? {
        if case .refused(let refusal) = verdict { refusal } else { nil }
    }
}

/// The text of a request with lines that end as they should.
func httpRequest(_ lines: String..., body: String = "") -> String {
    lines.map { $0 + "\r\n" }.joined() + "\r\n" + body
}
