import Testing

@testable import Sessions

extension FailedLoginDelay {
    fileprivate mutating func learn(_ format: PasswordFormat, _ cost: HashingCost) {
        learn(HashSpeedClass(format, cost), cost)
    }

    fileprivate mutating func measured(_ format: PasswordFormat, _ cost: Duration, took: Duration) {
        measured(HashSpeedClass(format, HashingCost(time: cost)), cost, took: took)
    }
}

@Suite struct FailedLoginDelayTests {
    private static let own = HashingCost(bytes: 19 << 20, time: .milliseconds(20))
    private var time = FailedLoginDelay(own: own, expecting: nil)

    private static func cost(_ milliseconds: Double) -> HashingCost { HashingCost(time: .milliseconds(milliseconds)) }

    @Test func `it is at least twice what the slowest hash takes, and less than four times`() {
        var time = time
        #expect((.milliseconds(40)..<(.milliseconds(80))).contains(time.time(ofPassword: 0)))
        time.learn(.bcrypt, Self.cost(300))
        #expect((.milliseconds(600)..<(.milliseconds(1200))).contains(time.time(ofPassword: 0)))
        time.learn(.bcrypt, Self.cost(100))
        #expect(time.highestCost.time == .milliseconds(300) && time.time(ofPassword: 0) >= .milliseconds(600))
        time.learn(.bcrypt, HashingCost.highest)
        #expect(time.time(ofPassword: 0) == .seconds(10))
    }

    @Test(arguments: [0.4, 1, 3])
    func `a wrongly estimated cost of a format is corrected by measurement`(ratio: Double) {
        var time = time
        time.measured(.argon2id, .milliseconds(20), took: .milliseconds(20))
        time.learn(.bcrypt, Self.cost(300))
        time.measured(.bcrypt, .milliseconds(300), took: .milliseconds(300) * ratio)
        let settled = time.time(ofPassword: 0)
        #expect((.milliseconds(600) * ratio...(.milliseconds(600) * max(1, ratio) * 2)).contains(settled))
        // A measurement in between does not show in the next delay.
        for round in 0..<200 {
            let isBcrypt = round.isMultiple(of: 3)
            let noise = [0.8, 1, 1.3][round / 3 % 3]
            if isBcrypt {
                time.learn(.bcrypt, Self.cost(300))
                time.measured(.bcrypt, .milliseconds(300), took: .milliseconds(300) * (ratio * noise))
            } else {
                time.measured(.argon2id, .milliseconds(20), took: .milliseconds(20) * noise)
            }
            guard time.time(ofPassword: 0) != settled else { continue }
            Issue.record("\(time.time(ofPassword: 0)) instead of \(settled) in round \(round)")
            return
        }
    }

    @Test func `the measured speed of one format does not affect another measured one`() {
        var time = time
        time.learn(.bcrypt, Self.cost(250))
        for _ in 0..<10 {
            time.measured(.bcrypt, .milliseconds(250), took: .milliseconds(250))
            time.measured(.argon2id, .milliseconds(20), took: .milliseconds(100))
        }
        #expect((.milliseconds(500)..<(.milliseconds(1500))).contains(time.time(ofPassword: 0)))
        // A format without a measurement may be as slow.
        time.learn(.djangoPBKDF2SHA256, Self.cost(400))
        #expect(time.time(ofPassword: 0) >= .seconds(4))
        time.measured(.djangoPBKDF2SHA256, .milliseconds(400), took: .milliseconds(400))
        #expect(time.time(ofPassword: 0) < .milliseconds(2400))
    }

    @Test func `the measured speed of a cheap hash does not affect a costly one of the same format`() {
        var time = time
        time.learn(.argon2id, Self.cost(200))
        for _ in 0..<10 {
            time.measured(.argon2id, .milliseconds(200), took: .milliseconds(400))
            for _ in 0..<20 { time.measured(.argon2id, .milliseconds(20), took: .milliseconds(20)) }
        }
        #expect((.milliseconds(800)..<(.milliseconds(1600))).contains(time.time(ofPassword: 0)))
    }

    @Test func `our own hashes are always in use, since they are computed for unknown users`() {
        var time = FailedLoginDelay(own: Self.own, expecting: Self.cost(30))
        time.learn(.bcrypt, Self.cost(30))
        time.measured(.bcrypt, .milliseconds(30), took: .milliseconds(18))
        time.measured(.argon2id, .milliseconds(20), took: .milliseconds(50))
        #expect(time.turnTime(ofPassword: 0) >= .milliseconds(60))
    }

    @Test func `the time of long passwords is measured with the formats that read them`() {
        var time = time
        time.learn(.bcrypt, Self.cost(250))
        time.learn(.sha256Crypt, HashingCost(time: .milliseconds(120), timePerByte: .milliseconds(2)))
        time.measured(.bcrypt, .milliseconds(250), took: .milliseconds(125))
        time.measured(.sha256Crypt, .milliseconds(120), took: .milliseconds(120))
        #expect(time.turnTime(ofPassword: 511) > .milliseconds(1142))
    }

    @Test func `hashes that differ from our own are shared once`() {
        var time = time
        #expect(time.news == nil)
        time.learn(.phpass, Self.cost(2))
        #expect(time.news == Self.own)
        time.learn(shared: Self.own)
        #expect(time.news == nil)
        time.learn(.bcrypt, Self.cost(250))
        #expect(time.news?.time == .milliseconds(250) && time.news?.bytes == Self.own.bytes)
        // Another worker learns that there are such hashes. An expected cost is not shared.
        var other = FailedLoginDelay(own: Self.own, expecting: nil)
        other.learn(shared: Self.own)
        #expect(other.turnTime(ofPassword: 0) > .zero && other.news == nil)
        var preset = FailedLoginDelay(own: Self.own, expecting: Self.cost(250))
        preset.learn(.bcrypt, Self.cost(250))
        #expect(preset.news == nil)
    }

    @Test func `a shared cost never seen here is assumed to be as slow as the slowest measured hash`() {
        var time = FailedLoginDelay(own: Self.own, expecting: Self.cost(250))
        time.measured(.argon2id, .milliseconds(20), took: .milliseconds(40))
        #expect(time.time(ofPassword: 0) >= .seconds(1))
        time.learn(shared: Self.cost(500))
        #expect(time.time(ofPassword: 0) >= .seconds(2))
        // The shared cost turns out to be that of bcrypt, which is faster.
        time.learn(.bcrypt, Self.cost(500))
        time.measured(.bcrypt, .milliseconds(500), took: .milliseconds(300))
        #expect((.milliseconds(600)..<(.milliseconds(1800))).contains(time.time(ofPassword: 0)))
    }

    @Test func `a first outlier is corrected by the next measurement`() {
        var time = time
        time.learn(.bcrypt, Self.cost(250))
        time.measured(.bcrypt, .milliseconds(250), took: .milliseconds(2500))
        #expect(time.time(ofPassword: 0) >= .seconds(5))
        time.measured(.bcrypt, .milliseconds(250), took: .milliseconds(250))
        #expect((.milliseconds(500)..<(.milliseconds(1000))).contains(time.time(ofPassword: 0)))
    }

    @Test func `a later outlier changes nothing, and a lasting slowdown does`() {
        var time = time
        time.learn(.bcrypt, Self.cost(250))
        for _ in 0..<10 { time.measured(.bcrypt, .milliseconds(250), took: .milliseconds(250)) }
        let usual = time.time(ofPassword: 0)
        time.measured(.bcrypt, .milliseconds(250), took: .seconds(5))
        #expect(time.time(ofPassword: 0) == usual)
        for _ in 0..<60 { time.measured(.bcrypt, .milliseconds(250), took: .seconds(1)) }
        #expect(time.time(ofPassword: 0) > .milliseconds(1800))
    }

    @Test func `a very fast hash is not measured`() {
        var time = time
        let before = time.time(ofPassword: 0)
        time.measured(.phpass, .milliseconds(2), took: .milliseconds(30))
        #expect(time.time(ofPassword: 0) == before)
    }

    @Test func `a shared cost counts until an operator resets it`() {
        var time = time
        let own = time.time(ofPassword: 0)
        time.learn(shared: HashingCost(bytes: 64 << 20, time: .milliseconds(500)))
        #expect(time.time(ofPassword: 0) >= .seconds(1) && time.highestCost.bytes == 64 << 20)
        time.learn(shared: HashingCost(bytes: 64 << 20, time: .milliseconds(500)))
        time.learn(.bcrypt, Self.cost(500))
        time.measured(.bcrypt, .milliseconds(500), took: .seconds(3))
        #expect(time.time(ofPassword: 0) >= .seconds(6))
        time.learn(shared: HashingCost(time: .zero))
        #expect(time.time(ofPassword: 0) == own && time.highestCost == Self.own)
        #expect(time.turnTime(ofPassword: 0) == .zero)
    }

    @Test func `a format that reads the password in each round delays long passwords for all users`() {
        var time = time
        time.learn(.bcrypt, Self.cost(300))
        let short = time.time(ofPassword: 0)
        #expect(time.time(ofPassword: 1024) == short)
        time.learn(.phpass, HashingCost(time: .milliseconds(3), timePerByte: .microseconds(50)))
        #expect(time.time(ofPassword: 0) == short)
        for length in [8, 64, 500, 1024] {
            let least = (.milliseconds(300) + .microseconds(50) * length) * 2
            #expect((least...(least * 6)).contains(time.time(ofPassword: length)))
        }
        // Slightly more rounds do not show.
        let before = time.time(ofPassword: 500)
        time.learn(.phpass, HashingCost(time: .milliseconds(3), timePerByte: .microseconds(51)))
        #expect(time.time(ofPassword: 500) == before)
        time.learn(.phpass, HashingCost(time: .milliseconds(3), timePerByte: .milliseconds(50)))
        #expect(time.time(ofPassword: 1024) == .seconds(10))
    }

    @Test func `a shared time per byte counts too`() {
        var time = time
        time.learn(shared: HashingCost(time: .milliseconds(20), timePerByte: .microseconds(50)))
        #expect(time.time(ofPassword: 1000) >= .milliseconds(140))
        time.learn(shared: HashingCost(time: .zero))
        #expect(time.time(ofPassword: 1000) == time.time(ofPassword: 0))
    }

    @Test func `where hashes differ, the turn of a failed login lasts as long as the slowest hash`() {
        var time = time
        time.learn(.argon2id, Self.own)
        time.measured(.argon2id, .milliseconds(20), took: .milliseconds(30))
        #expect(time.turnTime(ofPassword: 0) == .zero)
        // A faster hash would reveal its user as well as a slower one.
        time.learn(.phpass, Self.cost(2))
        #expect((.milliseconds(30)...(.milliseconds(60))).contains(time.turnTime(ofPassword: 0)))
        time.learn(.bcrypt, HashingCost(time: .milliseconds(250), timePerByte: .microseconds(50)))
        time.measured(.bcrypt, .milliseconds(250), took: .milliseconds(250))
        for length in [0, 10, 1024] {
            let slowest = .milliseconds(250) + .microseconds(50) * length
            let turn = time.turnTime(ofPassword: length)
            #expect(turn > slowest * 1.2 && turn * 2 == time.time(ofPassword: length))
        }
    }

    @Test(arguments: [
        (FailedLoginDelay(own: own, expecting: own), "of a query"),
        (FailedLoginDelay(own: own, expecting: cost(250)), "of a preset"),
    ])
    func `hashes of other software differ from the start`(time: FailedLoginDelay, users: String) {
        #expect(time.turnTime(ofPassword: 0) > time.highestCost.time)
    }
}
