import Testing

@testable import Sessions

/// The replies after which a connection can be used, and the reasons against the others.
@Suite struct RedisExpectationTests {
    enum Verdict { case fits, refused, confused }

    static let replies: [(RedisReply, value: Verdict, acknowledgement: Verdict)] = [
        (.string([1]), .fits, .confused), (.string([]), .fits, .confused), (.null, .fits, .confused),
        (.status("OK"), .confused, .fits), (.status(""), .confused, .fits),
        (.integer(0), .confused, .fits), (.integer(-1), .confused, .fits),
        (.array([]), .confused, .confused), (.array([.string([1])]), .confused, .confused),
        (error("WRONGTYPE Operation against a key"), .fits, .fits),
        (error("MOVED 1 10.0.0.1:6379"), .fits, .fits), (error("ASK 1 10.0.0.1:6379"), .fits, .fits),
        (error("TRYAGAIN Multiple keys"), .fits, .fits),
        (error("CLUSTERDOWN Hash slot not served"), .fits, .fits),
        // No key can be read there.
        (error("CLUSTERDOWN The cluster is down"), .refused, .fits),
        // A server that refuses writes may still be read, unless it has become a replica.
        (error("OOM command not allowed"), .refused, .fits), (error("MISCONF Redis is configured"), .refused, .fits),
        (error("READONLY You can't write"), .refused, .refused), (error("NOPERM no permissions"), .refused, .fits),
        (error("NOAUTH Authentication required."), .refused, .fits), (error("LOADING Redis is"), .refused, .fits),
        (error("MASTERDOWN Link with MASTER"), .refused, .fits), (error("BUSY Redis is busy"), .refused, .fits),
        (error("ERR unknown command"), .refused, .fits), (error(""), .refused, .fits),
        (error("wrongtype in lower case"), .refused, .fits),
    ]

    private static func error(_ text: String) -> RedisReply { .error(RedisServerError(text)) }

    private func verdict(_ expectation: RedisExpectation, _ reply: RedisReply) -> Verdict? {
        switch expectation.objection(to: reply) {
        case nil: .fits
        case .refused: .refused
        case .confusion: .confused
        case .connection, .deadline: nil
        }
    }

    @Test func `a reply matches its command, or is a reason against the server`() {
        for (reply, value, acknowledgement) in Self.replies {
            #expect(verdict(.value, reply) == value, "\(reply) to GET")
            #expect(verdict(.acknowledgement, reply) == acknowledgement, "\(reply) to SET")
            #expect(verdict(.anything, reply) == .fits, "\(reply)")
        }
    }

    @Test func `an array matches if it has the requested number of values and nothing else`() {
        let value = RedisReply.string([1])
        let cases: [(RedisReply, Int, Verdict)] = [
            (.array([value]), 1, .fits), (.array([.null, value, .null]), 3, .fits), (.array([.string([])]), 1, .fits),
            (.array([]), 1, .confused), (.array([value, value]), 1, .confused), (.array([value]), 2, .confused),
            (.array([value, .integer(1)]), 2, .confused), (.array([.status("OK")]), 1, .confused),
            (.array([.array([])]), 1, .confused), (.array([value, Self.error("WRONGTYPE")]), 2, .confused),
            (value, 1, .confused), (.null, 1, .confused), (.status("OK"), 1, .confused), (.integer(1), 1, .confused),
            (Self.error("NOPERM no permissions"), 1, .refused), (Self.error("CROSSSLOT Keys"), 2, .refused),
            (Self.error("WRONGTYPE"), 1, .refused), (Self.error(""), 1, .refused),
        ]
        for (reply, count, expected) in cases {
            #expect(verdict(.values(count), reply) == expected, "\(reply) to MGET of \(count)")
        }
    }

    @Test(arguments: ["MOVED 1 10.0.0.1:6379", "CROSSSLOT Keys in request", "CLUSTERDOWN The cluster is down"])
    func `the error of a cluster's node comes with advice on the URL`(_ text: String) {
        let refusal = RedisExpectation.values(1).objection(to: Self.error(text))
        #expect(refusal == .refused("the server belongs to a cluster: use redis+cluster:// (\(text))"))
    }

    @Test func `a refusal has the server's text in one line`() {
        let refusal = RedisExpectation.value.objection(to: Self.error("NOAUTH a\r\nb"))
        #expect(refusal == .refused("NOAUTH a??b"))
        let confusion = RedisExpectation.value.objection(to: .status("what nobody should see"))
        #expect(confusion.map { !$0.reason.contains("nobody") } == true)
    }
}
