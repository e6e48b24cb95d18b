import Testing

@testable import Sessions

/// Which replies leave a connection of use, and why others do not.
@Suite struct RedisExpectationTests {
    enum Verdict { case fits, refused, confused }

    static let replies: [(RedisReply, value: Verdict, acknowledgement: Verdict)] = [
        (.string([1]), .fits, .confused), (.string([]), .fits, .confused), (.null, .fits, .confused),
        (.status("OK"), .confused, .fits), (.status(""), .confused, .fits),
        (.integer(0), .confused, .fits), (.integer(-1), .confused, .fits),
        (.array([]), .confused, .confused), (.array([.string([1])]), .confused, .confused),
        (error("WRONGTYPE Operation against a key"), .fits, .fits),
        (error("MOVED 1 10.0.0.1:6379"), .fits, .fits), (error("ASK 1 10.0.0.1:6379"), .fits, .fits),
        (error("TRYAGAIN Multiple keys"), .fits, .fits), (error("CLUSTERDOWN The cluster is down"), .fits, .fits),
        // Whoever takes no writes may still be read, unless he has become a replica.
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

    @Test func `a reply fits its question, or says what is wrong with the server`() {
        for (reply, value, acknowledgement) in Self.replies {
            #expect(verdict(.value, reply) == value, "\(reply) to GET")
            #expect(verdict(.acknowledgement, reply) == acknowledgement, "\(reply) to SET")
            #expect(verdict(.anything, reply) == .fits, "\(reply)")
        }
    }

    @Test func `a refusal has the server's words in one line, and nothing else of the reply`() {
        let refusal = RedisExpectation.value.objection(to: Self.error("NOAUTH a\r\nb"))
        #expect(refusal == .refused("NOAUTH a??b"))
        let confusion = RedisExpectation.value.objection(to: .status("what nobody should see"))
        #expect(confusion.map { !$0.reason.contains("nobody") } == true)
    }
}
