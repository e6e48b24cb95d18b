import EventLoop
import Testing

@testable import Sessions

@Suite struct FailedLoginDelayTests {
    private static let own = HashingCost(bytes: 19 << 20, time: .milliseconds(20))
    private let start = BootInstant(nanoseconds: 1_000_000_000_000)
    private var time = FailedLoginDelay(own: own, expecting: nil)

    private static func cost(_ milliseconds: Double) -> HashingCost { HashingCost(time: .milliseconds(milliseconds)) }

    @Test func `it is at least twice what the slowest hash takes, and less than four times`() {
        var time = time
        #expect((.milliseconds(40)..<(.milliseconds(80))).contains(time.time(ofPassword: 0)))
        time.learn(Self.cost(300), at: start)
        #expect((.milliseconds(600)..<(.milliseconds(1200))).contains(time.time(ofPassword: 0)))
        time.learn(Self.cost(100), at: start)
        #expect(time.highestCost.time == .milliseconds(300) && time.time(ofPassword: 0) >= .milliseconds(600))
        time.learn(HashingCost.highest, at: start)
        #expect(time.time(ofPassword: 0) == .seconds(10))
    }

    @Test(arguments: [0.4, 1, 3])
    func `it follows the measured speed of the machine, also for hashes that become known later`(slowness: Double) {
        var time = time
        time.slowness = slowness
        for milliseconds in [20.0, 50, 300] {
            time.learn(HashingCost(time: .milliseconds(milliseconds), timePerByte: .microseconds(10)), at: start)
            for length in [0, 500] {
                let hash = .milliseconds(milliseconds + 0.01 * Double(length)) * slowness
                #expect((hash * 2..<hash * 4).contains(time.time(ofPassword: length)))
                #expect(time.turnTime(ofPassword: length) > hash)
            }
        }
    }

    @Test func `our own hashes are always in use, since they are computed for unknown users`() {
        var time = FailedLoginDelay(own: Self.own, expecting: Self.cost(10))
        time.learn(Self.cost(5), at: start)
        #expect(time.turnTime(ofPassword: 0) >= .milliseconds(20))
    }

    @Test func `slightly more costly hashes do not show`() {
        var time = time
        time.learn(Self.cost(300), at: start)
        let before = time.time(ofPassword: 0)
        time.learn(Self.cost(305), at: start)
        #expect(time.time(ofPassword: 0) == before)
    }

    @Test func `hashes that differ from our own are shared, at first and then once an hour`() {
        var time = time
        time.learn(Self.own, at: start)
        #expect(time.news == nil)
        time.learn(Self.cost(2), at: start)
        #expect(time.news == Self.cost(2))
        time.learn(noted: Self.cost(2), at: start)
        #expect(time.news == nil && time.turnTime(ofPassword: 0) > .zero)
        time.learn(Self.cost(2), at: start + .seconds(3599))
        #expect(time.news == nil)
        time.learn(Self.cost(250), at: start + .seconds(3599))
        #expect(time.news == Self.cost(250))
        time.learn(noted: Self.cost(250), at: start + .seconds(3599))
        time.learn(Self.cost(100), at: start + .seconds(3599))
        #expect(time.news == nil, "known from the higher one")
        time.learn(Self.cost(100), at: start + .seconds(3600))
        #expect(time.news == Self.cost(100), "another hour")
        // Another worker learns that there are such hashes. An expected cost is not shared.
        var other = FailedLoginDelay(own: Self.own, expecting: nil)
        other.learn(shared: Self.cost(2))
        #expect(other.turnTime(ofPassword: 0) > .zero && other.news == nil)
        var preset = FailedLoginDelay(own: Self.own, expecting: Self.cost(250))
        preset.learn(Self.cost(250), at: start)
        #expect(preset.news == nil)
    }

    @Test func `what was met while a cost was being shared is shared later`() {
        var time = time
        time.learn(Self.cost(100), at: start)
        time.learn(Self.cost(300), at: start)
        time.learn(noted: Self.cost(100), at: start)
        #expect(time.news == Self.cost(300))
    }

    @Test func `a cost that no worker has met for a day is forgotten, and lower ones are not`() {
        var time = time
        time.learn(Self.cost(500), at: start)
        time.learn(noted: Self.cost(500), at: start)
        time.learn(shared: Self.cost(500))
        #expect(time.time(ofPassword: 0) >= .seconds(1))
        time.learn(shared: Self.cost(100))
        #expect(time.highestCost.time == .milliseconds(100) && time.news == nil)
        // It is shared again if it is met again, also within the hour.
        time.learn(Self.cost(500), at: start)
        #expect(time.news == Self.cost(500))
    }

    @Test func `a shared cost counts until an operator resets it`() {
        var time = time
        let own = time.time(ofPassword: 0)
        time.learn(shared: HashingCost(bytes: 64 << 20, time: .milliseconds(500)))
        #expect(time.time(ofPassword: 0) >= .seconds(1) && time.highestCost.bytes == 64 << 20)
        time.learn(shared: HashingCost(bytes: 64 << 20, time: .milliseconds(500)))
        time.learn(Self.cost(1500), at: start)
        #expect(time.time(ofPassword: 0) >= .seconds(3))
        time.learn(shared: HashingCost(time: .zero))
        #expect(time.time(ofPassword: 0) == own && time.highestCost == Self.own)
        #expect(time.turnTime(ofPassword: 0) == .zero)
    }

    @Test func `a format that reads the password in each round delays long passwords for all users`() {
        var time = time
        time.learn(Self.cost(300), at: start)
        let short = time.time(ofPassword: 0)
        #expect(time.time(ofPassword: 1024) == short)
        time.learn(HashingCost(time: .milliseconds(3), timePerByte: .microseconds(50)), at: start)
        #expect(time.time(ofPassword: 0) == short)
        for length in [8, 64, 500, 1024] {
            let least = (.milliseconds(300) + .microseconds(50) * length) * 2
            #expect((least..<(least * 2)).contains(time.time(ofPassword: length)))
        }
        // Slightly more rounds do not show.
        let before = time.time(ofPassword: 500)
        time.learn(HashingCost(time: .milliseconds(3), timePerByte: .microseconds(51)), at: start)
        #expect(time.time(ofPassword: 500) == before)
        time.learn(HashingCost(time: .milliseconds(3), timePerByte: .milliseconds(50)), at: start)
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
        time.learn(Self.own, at: start)
        #expect(time.turnTime(ofPassword: 0) == .zero)
        // A faster hash would reveal its user as well as a slower one.
        time.learn(Self.cost(2), at: start)
        #expect((.milliseconds(20)..<(.milliseconds(40))).contains(time.turnTime(ofPassword: 0)))
        time.learn(HashingCost(time: .milliseconds(250), timePerByte: .microseconds(50)), at: start)
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
