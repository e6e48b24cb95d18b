import Testing

@testable import Sessions

@Suite struct FailureTimeTests {
    private var time = FailureTime(expecting: HashingTime(short: .milliseconds(20)))

    @Test func `it is at least twice what the slowest hash takes, and less than four times`() {
        var time = time
        #expect((.milliseconds(40)..<(.milliseconds(80))).contains(time.time(ofPassword: 0)))
        time.learn(hash: HashingTime(short: .milliseconds(300)))
        #expect((.milliseconds(600)..<(.milliseconds(1200))).contains(time.time(ofPassword: 0)))
        time.learn(hash: HashingTime(short: .milliseconds(100)))
        #expect(time.slowestHash.short == .milliseconds(300) && time.time(ofPassword: 0) >= .milliseconds(600))
        time.learn(hash: HashingTime(short: .seconds(7)))
        #expect(time.time(ofPassword: 0) == .seconds(10))
    }

    @Test(arguments: [0.4, 1, 3])
    func `a format whose cost is estimated wrongly does not show, once it was measured`(ratio: Double) {
        var time = time
        time.measured(.argon2id, .milliseconds(20), took: .milliseconds(20))
        time.learn(hash: HashingTime(short: .milliseconds(300)))
        time.measured(.bcrypt, .milliseconds(300), took: .milliseconds(300) * ratio)
        let settled = time.time(ofPassword: 0)
        #expect(settled >= .milliseconds(600) * max(1, ratio))
        // Whoever is tried now, the next one takes as long.
        for round in 0..<200 {
            let isBcrypt = round.isMultiple(of: 3)
            time.learn(hash: HashingTime(short: .milliseconds(isBcrypt ? 300 : 20)))
            let noise = [0.8, 1, 1.3][round / 3 % 3]
            if isBcrypt {
                time.measured(.bcrypt, .milliseconds(300), took: .milliseconds(300) * (ratio * noise))
            } else {
                time.measured(.argon2id, .milliseconds(20), took: .milliseconds(20) * noise)
            }
            guard time.time(ofPassword: 0) != settled else { continue }
            Issue.record("\(time.time(ofPassword: 0)) instead of \(settled)")
            return
        }
    }

    @Test func `an outlier at the beginning is made up for`() {
        var time = time
        time.learn(hash: HashingTime(short: .milliseconds(250)))
        time.measured(.bcrypt, .milliseconds(250), took: .milliseconds(2500))
        #expect(time.time(ofPassword: 0) >= .seconds(5))
        for _ in 0..<40 { time.measured(.bcrypt, .milliseconds(250), took: .milliseconds(250)) }
        #expect(time.time(ofPassword: 0) < .seconds(5))
    }

    @Test func `a hash that takes next to no time says nothing of the machine`() {
        var time = time
        let before = time.time(ofPassword: 0)
        time.measured(.phpass, .milliseconds(2), took: .milliseconds(30))
        #expect(time.time(ofPassword: 0) == before)
    }

    @Test func `what all know counts here, until an operator takes it back`() {
        var time = time
        let own = time.time(ofPassword: 0)
        time.learn(shared: HashingTime(short: .milliseconds(500)))
        #expect(time.time(ofPassword: 0) >= .seconds(1))
        time.learn(shared: HashingTime(short: .milliseconds(500)))
        time.measured(.bcrypt, .milliseconds(500), took: .seconds(3))
        #expect(time.time(ofPassword: 0) >= .seconds(6))
        time.learn(shared: HashingTime(short: .zero))
        #expect(time.time(ofPassword: 0) == own && time.slowestHash.short == .milliseconds(20))
    }

    @Test func `a format that reads the password in each round makes long passwords fail later, whoever tries them`() {
        var time = time
        time.learn(hash: HashingTime(short: .milliseconds(300)))
        let short = time.time(ofPassword: 0)
        #expect(time.time(ofPassword: 1024) == short)
        time.learn(hash: HashingTime(short: .milliseconds(3), perByte: .microseconds(50)))
        #expect(time.time(ofPassword: 0) == short)
        for length in [8, 64, 500, 1024] {
            let least = (.milliseconds(300) + .microseconds(50) * length) * 2
            #expect((least...(least * 6)).contains(time.time(ofPassword: length)))
        }
        // Somewhat more rounds are not seen.
        let before = time.time(ofPassword: 500)
        time.learn(hash: HashingTime(short: .milliseconds(3), perByte: .microseconds(51)))
        #expect(time.time(ofPassword: 500) == before)
        time.learn(hash: HashingTime(short: .milliseconds(3), perByte: .milliseconds(50)))
        #expect(time.time(ofPassword: 1024) == .seconds(10))
    }

    @Test func `what all know of long passwords counts here as well`() {
        var time = time
        time.learn(shared: HashingTime(short: .milliseconds(20), perByte: .microseconds(50)))
        #expect(time.time(ofPassword: 1000) >= .milliseconds(140))
        time.learn(shared: HashingTime(short: .zero))
        #expect(time.time(ofPassword: 1000) == time.time(ofPassword: 0))
    }
}
