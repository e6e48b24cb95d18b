import EventLoop
import Logging
import Testing

@testable import AuthFCGI

@EventLoop
@Suite struct AuditTrailTests {
    private let effects = EffectLog()
    private let start = BootInstant(nanoseconds: 1_000_000_000)

    private func trail() -> AuditTrail { AuditTrail(log: effects.logger) { [self] in start + effects.now } }

    @Test(
        arguments: [
            (nil, "-"), ("", "-"), ("192.0.2.7", "192.0.2.7"),
            (String(repeating: "x", count: 100), String(repeating: "x", count: 64)),
        ] as [(String?, String)])
    func `a line has the client's address if it is known`(_ client: String?, _ text: String) {
        trail().record(AuditEvent(.login, .refused, .unknownUser), from: client)
        #expect(effects.logged.count == 1 && effects.logged[0].hasPrefix("notice: login refused client=\(text) "))
    }

    @Test func `lines that clients cause at will are limited, and the next line has the number left out`() {
        let trail = trail()
        let event = AuditEvent(.login, .unavailable, .busy)
        for _ in 0..<20 { trail.recordSparingly(event, from: nil) }
        #expect(effects.logged.count == AuditTrail.linesPerSecond)
        effects.now = .milliseconds(999)
        trail.recordSparingly(event, from: nil)
        #expect(effects.logged.count == AuditTrail.linesPerSecond)
        effects.now = .seconds(1)
        trail.recordSparingly(event, from: nil)
        #expect(effects.logged.count == AuditTrail.linesPerSecond + 1)
        #expect(effects.logged.last?.contains(" suppressed=\(21 - AuditTrail.linesPerSecond) ") == true)
    }

    @Test func `limits apply to users, reasons and actions separately`() {
        let trail = trail()
        for id in ["1", "2"] {
            for action in [AuditAction.login, .passwordChange] {
                for reason in [AuditReason.busy, .store] {
                    for _ in 0..<AuditTrail.linesPerSecond {
                        trail.recordSparingly(AuditEvent(action, .unavailable, reason, of: .user(id: id)), from: nil)
                    }
                }
            }
        }
        #expect(effects.logged.count == 8 * AuditTrail.linesPerSecond)
    }

    @Test func `all events are counted, also those without a line`() throws {
        let scoreboard = try Scoreboard()
        let trail = AuditTrail(log: effects.logger, slot: try scoreboard.newWorker(slot: 0, number: 0)) { [self] in
            start + effects.now
        }
        for _ in 0..<20 { trail.recordSparingly(AuditEvent(.login, .unavailable, .busy), from: nil) }
        trail.record(AuditEvent(.logout), from: nil)
        let reading = scoreboard.read(at: .now)
        #expect(reading[.event(.login, .unavailable)] == 20)
        #expect(reading[.event(.logout, .success)] == 1)
        // All of them are about logins: the success has a level that the test's log leaves out.
        #expect(effects.logged.count == AuditTrail.linesPerSecond)
    }

    @Test func `events that are recorded without a limit are always logged`() {
        let trail = trail()
        for _ in 0..<100 { trail.record(AuditEvent(.login, .throttled), from: nil) }
        #expect(effects.logged.count == 100)
    }
}
