import EventLoop
import Testing

@testable import AuthFCGI

@EventLoop
@Suite struct ConnectionFaultLogTests {
    private let effects = EffectLog()

    @Test(
        arguments: [
            (.refused(reason: "management record"), "warning: FastCGI connection closed: management record"),
            (.truncated, "notice: FastCGI connection closed: the peer closed before the request was complete"),
            (.timedOut, "notice: FastCGI connection closed: the request was not complete in time"),
            (.peerNotAllowed, "warning: FastCGI connection closed: peer of a user that is not allowed"),
            (
                .unsentAnswer,
                "warning: FastCGI connection closed: the peer asks again without having taken the previous answer"
            ),
            (.notTaken, "notice: FastCGI connection closed: the peer did not take the response in time"),
            (
                .madeRoom,
                "notice: FastCGI connection closed: a newer connection took the place of an unfinished request"
            ),
            (
                .untrustedPeer, "warning: FastCGI connection closed: the peer's address is not in TRUSTED_PROXIES"
            ),
            (.unanswered, "error: FastCGI connection closed: a request was dropped unanswered"),
        ] as [(ConnectionFault, String)])
    func `each reason has its line and its level`(_ fault: ConnectionFault, _ line: String) {
        ConnectionFaultLog(protocolName: "FastCGI", log: effects.logger).add(fault)
        #expect(effects.logged == [line])
    }

    @Test func `the first of each reason is logged`() {
        let log = ConnectionFaultLog(protocolName: "X", log: effects.logger)
        for _ in 0..<3 {
            log.add(.refused(reason: "a"))
            log.add(.peerNotAllowed, peer: 7)
        }
        log.add(.refused(reason: "b"))
        #expect(
            effects.logged == [
                "warning: X connection closed: a",
                "warning: X connection closed: peer of a user that is not allowed uid=7",
                "warning: X connection closed: b",
            ])
    }
}
