import Testing

@testable import Sessions

@Suite struct FailureTimeTests {
    private var time = FailureTime(ownHash: .milliseconds(20))

    @Test func `it is at least twice what the slowest hash takes, and less than four times`() {
        var time = time
        #expect((.milliseconds(40)..<(.milliseconds(80))).contains(time.time))
        time.learn(hash: .milliseconds(300))
        #expect((.milliseconds(600)..<(.milliseconds(1200))).contains(time.time))
        time.learn(hash: .milliseconds(100))
        #expect(time.slowestHash == .milliseconds(300) && time.time >= .milliseconds(600))
        time.learn(hash: .seconds(7))
        #expect(time.time == .seconds(10))
    }

    @Test(arguments: [0.4, 1, 3])
    func `a format whose cost is estimated wrongly does not show, once it was measured`(ratio: Double) {
        var time = time
        time.measured(.argon2id, .milliseconds(20), took: .milliseconds(20))
        time.learn(hash: .milliseconds(300))
        time.measured(.bcrypt, .milliseconds(300), took: .milliseconds(300) * ratio)
        let settled = time.time
        #expect(settled >= .milliseconds(600) * max(1, ratio))
        // Whoever is tried now, the next one takes as long.
        for round in 0..<200 {
            let isBcrypt = round.isMultiple(of: 3)
            time.learn(hash: .milliseconds(isBcrypt ? 300 : 20))
            let noise = [0.8, 1, 1.3][round / 3 % 3]
            if isBcrypt {
                time.measured(.bcrypt, .milliseconds(300), took: .milliseconds(300) * (ratio * noise))
            } else {
                time.measured(.argon2id, .milliseconds(20), took: .milliseconds(20) * noise)
            }
            guard time.time != settled else { continue }
            Issue.record("\(time.time) instead of \(settled)")
            return
        }
    }

    @Test func `an outlier at the beginning is made up for`() {
        var time = time
        time.learn(hash: .milliseconds(250))
        time.measured(.bcrypt, .milliseconds(250), took: .milliseconds(2500))
        #expect(time.time >= .seconds(5))
        for _ in 0..<40 { time.measured(.bcrypt, .milliseconds(250), took: .milliseconds(250)) }
        #expect(time.time < .seconds(5))
    }

    @Test func `a hash that takes next to no time says nothing of the machine`() {
        var time = time
        let before = time.time
        time.measured(.phpass, .milliseconds(2), took: .milliseconds(30))
        #expect(time.time == before)
    }

    @Test func `what all know counts here, until an operator takes it back`() {
        var time = time
        let own = time.time
        time.learn(shared: .milliseconds(500))
        #expect(time.time >= .seconds(1))
        time.learn(shared: .milliseconds(500))
        time.measured(.bcrypt, .milliseconds(500), took: .seconds(3))
        #expect(time.time >= .seconds(6))
        time.learn(shared: .zero)
        #expect(time.time == own && time.slowestHash == .milliseconds(20))
    }
}
