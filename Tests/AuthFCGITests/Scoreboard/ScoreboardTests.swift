import EventLoop
import Sessions
import Testing

@testable import AuthFCGI

struct ScoreboardTests {
    private let scoreboard: Scoreboard
    private let now = BootInstant.now

    init() throws {
        scoreboard = try Scoreboard()
    }

    private func reading() -> ScoreboardReading { scoreboard.read(at: now) }

    @Test func `counters and histograms are sums over all workers and the supervisor`() throws {
        let slots = [try scoreboard.newWorker(slot: 0, number: 0), try scoreboard.newWorker(slot: 3, number: 1)]
        for slot in slots {
            slot.count(check: .accepted, since: now)
            slot.count(.event(.login, .refused), by: 2)
            slot.measure(.logins, .milliseconds(3))
        }
        scoreboard.withSupervisorSlot { $0.count(.gate(.workersStarted), by: 5) }
        let reading = reading()
        #expect(reading[.gate(.accepted)] == 2 && reading.checks == 2)
        #expect(reading[.event(.login, .refused)] == 4)
        #expect(reading[.gate(.workersStarted)] == 5)
        #expect(reading[.logins].nanoseconds == 6_000_000)
        #expect(reading[.logins].buckets.reduce(0, +) == 2)
        #expect(reading[.checks].buckets.reduce(0, +) == 2)
        #expect(reading[.store(.lookUps)] == 0)
    }

    @Test func `what a store has counted is added once`() throws {
        let slot = try scoreboard.newWorker(slot: 0, number: 0)
        var counts = StoreCounts()
        counts[.fromRedis] = 7
        slot.count(counts)
        slot.count(StoreCounts())
        slot.count(counts)
        #expect(reading()[.store(.fromRedis)] == 14)
    }

    @Test func `counters outlive a process, and its gauges do not`() throws {
        let slot = try scoreboard.newWorker(slot: 0, number: 0)
        slot.count(.gate(.refused))
        slot.set(.connections, to: 9)
        #expect(reading()[.connections] == 9)
        scoreboard.withSlot(0) { $0.reset() }
        #expect(reading().workers.isEmpty)
        #expect(reading()[.connections] == nil)
        #expect(reading()[.gate(.refused)] == 1)
        try scoreboard.newWorker(slot: 0, number: 0).count(.gate(.refused))
        #expect(reading()[.gate(.refused)] == 2)
    }

    @Test func `workers are listed by their numbers, with their states`() throws {
        let late = try scoreboard.newWorker(slot: 0, number: 1)
        let early = try scoreboard.newWorker(slot: 1, number: 0)
        late.set(.serving)
        early.tick()
        early.set(.connections, to: 4)
        let workers = reading().workers
        #expect(workers.map(\.number) == [0, 1])
        #expect(workers.map(\.state) == [.starting, .serving])
        #expect(workers[0].connections == 4 && workers[1].connections == nil)
        #expect(workers[0].idleTime != nil && workers[1].idleTime == nil)
        #expect(reading().count(of: .serving) == 1)
    }

    @Test func `gauges are added up, or the extreme one counts`() throws {
        let slots = [try scoreboard.newWorker(slot: 0, number: 0), try scoreboard.newWorker(slot: 1, number: 1)]
        for (slot, value) in zip(slots, [2, 5]) {
            slot.set(.waitingLogins, to: value)
            slot.set(.notificationQueue, to: value)
            slot.set(.revocationLag, to: Int((now - .seconds(value)).nanoseconds))
        }
        #expect(reading()[.waitingLogins] == 7)
        #expect(reading()[.notificationQueue] == 5)
        #expect(reading()[.revocationLag] == 5_000_000_000)
        #expect(reading()[.redisUp] == nil)
        slots[0].set(.redisUp, to: 0)
        #expect(reading()[.redisUp] == 0)
    }

    @Test(arguments: [[0, 1], [1, 0]])
    func `the number of sessions is the one that was counted last`(_ order: [Int]) throws {
        for (age, number) in order.enumerated() {
            let slot = try scoreboard.newWorker(slot: number, number: number)
            slot.set(.sessions, to: 100 + age)
            slot.set(.censusAge, to: Int((now - .seconds(10 * (age + 1))).nanoseconds))
        }
        #expect(reading()[.sessions] == 100)
        #expect(reading()[.censusAge] == 10_000_000_000)
    }

    @Test func `the last rise of a counter is known if that is a trouble`() throws {
        let slot = try scoreboard.newWorker(slot: 0, number: 0)
        #expect(reading().lastRise(of: .gate(.undecided)) == nil)
        slot.count(check: .undecided, since: .now)
        slot.count(check: .accepted, since: .now)
        slot.count(.gate(.droppedLogLines), by: 0)
        let last = try #require(reading().lastRise(of: .gate(.undecided)))
        #expect(last >= now)
        #expect(reading().lastRise(of: .gate(.accepted)) == nil)
        #expect(reading().lastRise(of: .gate(.droppedLogLines)) == nil)
    }
}

extension BootInstant {
    fileprivate static func - (instant: BootInstant, duration: Duration) -> BootInstant {
        BootInstant(nanoseconds: instant.nanoseconds - duration.nanoseconds)
    }
}
