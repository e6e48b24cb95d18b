import EventLoop
import Testing

@testable import Sessions

/// Sequences of events of a cluster. Times are milliseconds.
@Suite struct RedisClusterRefreshTests {
    private static func node(_ name: String) -> ServerAddress { .tcp(host: name, port: 1) }
    private let a = node("a")
    private let b = node("b")
    private let c = node("c")
    private let a2 = node("a2")
    private let seed = node("seed")

    private func at(_ milliseconds: Int64) -> BootInstant { BootInstant(nanoseconds: milliseconds * 1_000_000) }

    /// Returns a map of these primaries and replicas.
    private func map(_ primaries: [ServerAddress], replicas: [ServerAddress] = []) throws -> RedisClusterMap {
        func reply(_ address: ServerAddress) -> RedisReply {
            guard case .tcp(let host, let port) = address else { return .null }
            return .array([.string(Array(host.utf8)), .integer(Int64(port))])
        }
        let ranges = primaries.enumerated().map { index, primary in
            RedisReply.array(
                [.integer(Int64(index)), .integer(Int64(index)), reply(primary)]
                    + (index == 0 ? replicas.map(reply) : []))
        }
        return try RedisClusterMap(slots: .array(ranges), askedFrom: seed)
    }

    /// Returns a schedule that got its map from `seed` at 0.
    private func settled(_ primaries: [ServerAddress], replicas: [ServerAddress] = []) throws -> RedisClusterRefresh {
        var refresh = RedisClusterRefresh(seeds: [seed], now: at(0))
        #expect(refresh.timeCame(at: at(0)) == .ask(seed))
        let action = refresh.answered(try map(primaries, replicas: replicas), by: seed, at: at(0))
        #expect(action == .wait(until: at(10_000)))
        return refresh
    }

    @Test func `at the start the seeds are asked in order until one answers`() throws {
        var refresh = RedisClusterRefresh(seeds: [a, b, c], now: at(0))
        #expect(refresh.timeCame(at: at(0)) == .ask(a))
        #expect(refresh.timeCame(at: at(1)) == nil)
        #expect(refresh.failed(a, at: at(10)) == .ask(b))
        #expect(refresh.failed(b, at: at(20)) == .ask(c))
        #expect(refresh.answered(try map([a, b, c]), by: c, at: at(30)) == .wait(until: at(10_030)))
    }

    @Test func `without any event all nodes are asked in turn every ten seconds`() throws {
        var refresh = try settled([a, b], replicas: [a2])
        var asked: [ServerAddress] = []
        for round in 1...8 as ClosedRange<Int64> {
            let now = at(round * 10_000)
            #expect(refresh.timeCame(at: at(round * 10_000 - 1)) == .wait(until: now))
            guard case .ask(let address) = refresh.timeCame(at: now) else {
                Issue.record("nobody is asked")
                return
            }
            asked.append(address)
            #expect(
                refresh.answered(try map([a, b], replicas: [a2]), by: address, at: now)
                    == .wait(until: now + .seconds(10)))
        }
        #expect(Set(asked.prefix(4)) == [a, b, a2, seed] && asked.prefix(4) == asked.suffix(4))
    }

    @Test func `after a move the new node is asked at once`() throws {
        var refresh = try settled([a, b, c])
        #expect(refresh.moved(to: c, at: at(500)) == .ask(c))
        #expect(refresh.answered(try map([a, b, c]), by: c, at: at(510)) == .wait(until: at(10_510)))
        // Also if no map contains it yet.
        #expect(refresh.moved(to: Self.node("new"), at: at(900)) == .ask(Self.node("new")))
        #expect(refresh.failed(Self.node("new"), at: at(901)) == .ask(seed))
    }

    @Test func `after a move without an address the next node in turn is asked`() throws {
        var refresh = try settled([a, b])
        #expect(refresh.moved(to: nil, at: at(500)) == .ask(a))
    }

    @Test func `many moves lead to one request at a time, and at most ten per second`() throws {
        var refresh = try settled([a, b, c], replicas: [a2])
        var questions: [BootInstant] = []
        var waitsUntil: BootInstant?
        var pending: (address: ServerAddress, answerAt: Int64)?
        func take(_ action: RedisClusterRefresh.Action?, _ time: Int64) {
            switch action {
            case nil: break
            case .wait(let until): waitsUntil = until
            case .ask(let address):
                #expect(pending == nil)
                questions.append(at(time))
                pending = (address, time + 3)
                waitsUntil = nil
            }
        }
        for time in 1000..<3000 as Range<Int64> {
            if let (address, answerAt) = pending, answerAt == time {
                pending = nil
                take(refresh.answered(try map([a, b, c], replicas: [a2]), by: address, at: at(time)), time)
            }
            for _ in 0..<20 { take(refresh.moved(to: b, at: at(time)), time) }
            if let until = waitsUntil, until <= at(time) { take(refresh.timeCame(at: at(time)), time) }
        }
        #expect((18...20).contains(questions.count), "\(questions.count)")
        for (first, second) in zip(questions, questions.dropFirst()) { #expect(second - first >= .milliseconds(100)) }
    }

    @Test func `a move during a request leads to another request`() throws {
        var refresh = try settled([a, b])
        #expect(refresh.moved(to: a, at: at(1000)) == .ask(a))
        #expect(refresh.moved(to: b, at: at(1002)) == nil)
        #expect(refresh.answered(try map([a, b]), by: a, at: at(1005)) == .wait(until: at(1100)))
        #expect(refresh.timeCame(at: at(1100)) == .ask(b))
        #expect(refresh.answered(try map([a, b]), by: b, at: at(1101)) == .wait(until: at(11_101)))
    }

    @Test func `after an answer that took longer than the interval the next request follows at once`() throws {
        var refresh = try settled([a, b])
        #expect(refresh.moved(to: a, at: at(1000)) == .ask(a))
        #expect(refresh.moved(to: b, at: at(1002)) == nil)
        #expect(refresh.answered(try map([a, b]), by: a, at: at(1200)) == .ask(b))
    }

    @Test func `a replica takes over from a lost primary`() throws {
        var refresh = try settled([a, b], replicas: [a2])
        // Known to be lost: asked after the other nodes.
        #expect(refresh.lost(a, at: at(1000)) == .ask(b))
        // b has not detected the loss yet.
        #expect(refresh.answered(try map([a, b], replicas: [a2]), by: b, at: at(1001)) == .wait(until: at(11_001)))
        // Every failed attempt to connect leads to another request.
        #expect(refresh.lost(a, at: at(1050)) == .wait(until: at(1100)))
        #expect(refresh.timeCame(at: at(1100)) == .ask(a2))
        #expect(refresh.answered(try map([a2, b]), by: a2, at: at(1101)) == .wait(until: at(11_101)))
        // The lost node is in no map any more.
        #expect(refresh.moved(to: nil, at: at(2000)) == .ask(b))
        #expect(refresh.failed(b, at: at(2001)) == .ask(seed))
        #expect(refresh.failed(seed, at: at(2002)) == .ask(a2))
        guard case .wait = refresh.failed(a2, at: at(2003)) else {
            Issue.record("somebody else is asked")
            return
        }
    }

    @Test func `when the seeds are lost the nodes of the map are asked`() throws {
        var refresh = try settled([a, b], replicas: [a2])
        #expect(refresh.timeCame(at: at(10_000)) == .ask(a))
        #expect(refresh.failed(a, at: at(10_001)) == .ask(b))
        #expect(refresh.failed(b, at: at(10_002)) == .ask(a2))
        #expect(refresh.answered(try map([a2]), by: a2, at: at(10_003)) == .wait(until: at(20_003)))
    }

    @Test func `when the nodes of the map are lost the seeds are asked`() throws {
        var refresh = try settled([a])
        #expect(refresh.timeCame(at: at(10_000)) == .ask(a))
        #expect(refresh.failed(a, at: at(10_001)) == .ask(seed))
        #expect(refresh.answered(try map([b]), by: seed, at: at(10_002)) == .wait(until: at(20_002)))
        #expect(refresh.moved(to: nil, at: at(11_000)) == .ask(b))
    }

    @Test func `when all nodes fail the waits grow up to half a second`() throws {
        var refresh = try settled([a])
        var now: Int64 = 10_000
        var action = refresh.timeCame(at: at(now))
        var waits: [Duration] = []
        while waits.count < 8 {
            switch action {
            case .ask(let address): action = refresh.failed(address, at: at(now), random: 0.999_999)
            case .wait(let until):
                waits.append(until - at(now))
                // Neither moves nor losses shorten it.
                #expect(refresh.lost(a, at: at(now)) == .wait(until: until))
                #expect(refresh.moved(to: nil, at: at(now)) == .wait(until: until))
                now = until.nanoseconds / 1_000_000 + 1
                action = refresh.timeCame(at: at(now))
            case nil:
                Issue.record("nothing more is done")
                return
            }
        }
        #expect(zip(waits, waits.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(waits.allSatisfy { $0 >= .milliseconds(25) && $0 <= .milliseconds(500) })
        #expect(waits.last.map { $0 > .milliseconds(490) } == true)
        // After an answer the next failure starts with a short wait.
        guard case .ask(let address) = action else {
            Issue.record("nobody is asked")
            return
        }
        #expect(refresh.answered(try map([a]), by: address, at: at(now)) == .wait(until: at(now + 10_000)))
        #expect(refresh.moved(to: nil, at: at(now + 1000)) != nil)
        _ = refresh.failed(seed, at: at(now + 1000))
        _ = refresh.failed(a, at: at(now + 1000))
        guard case .wait(let until) = refresh.failed(seed, at: at(now + 1000)) else {
            Issue.record("there is no wait")
            return
        }
        #expect(until - at(now + 1000) <= .milliseconds(50))
    }

    @Test func `after all nodes have failed all are asked again, and one answer suffices`() throws {
        var refresh = RedisClusterRefresh(seeds: [a, b], now: at(0))
        #expect(refresh.timeCame(at: at(0)) == .ask(a))
        #expect(refresh.failed(a, at: at(1)) == .ask(b))
        #expect(refresh.failed(b, at: at(2), random: 0) == .wait(until: at(27)))
        #expect(refresh.timeCame(at: at(27)) == .ask(a))
        #expect(refresh.failed(a, at: at(28)) == .ask(b))
        #expect(refresh.answered(try map([b]), by: b, at: at(29)) == .wait(until: at(10_029)))
    }

    @Test func `a node that failed once takes its turn again after a while`() throws {
        var refresh = try settled([a, b, c])
        #expect(refresh.lost(b, at: at(1000)) == .ask(a))
        #expect(refresh.failed(a, at: at(1001)) == .ask(c))
        #expect(refresh.answered(try map([a, b, c]), by: c, at: at(1002)) == .wait(until: at(11_002)))
        // Soon after the failures the two come last.
        #expect(refresh.moved(to: nil, at: at(2000)) == .ask(seed))
        #expect(refresh.answered(try map([a, b, c]), by: seed, at: at(2001)) == .wait(until: at(12_001)))
        #expect(refresh.moved(to: nil, at: at(3000)) == .ask(c))
        #expect(refresh.answered(try map([a, b, c]), by: c, at: at(3001)) == .wait(until: at(13_001)))
        // Later they take their turns again.
        #expect(refresh.timeCame(at: at(13_001)) == .ask(seed))
        #expect(refresh.answered(try map([a, b, c]), by: seed, at: at(13_002)) == .wait(until: at(23_002)))
        #expect(refresh.timeCame(at: at(23_002)) == .ask(a))
    }

    @Test func `a map without any primary counts as a failure`() throws {
        var refresh = RedisClusterRefresh(seeds: [a, b], now: at(0))
        #expect(refresh.timeCame(at: at(0)) == .ask(a))
        #expect(refresh.answered(RedisClusterMap(), by: a, at: at(1)) == .ask(b))
        #expect(refresh.answered(try map([b]), by: b, at: at(2)) == .wait(until: at(10_002)))
        // The known nodes are kept.
        #expect(refresh.timeCame(at: at(10_002)) == .ask(a))
        #expect(refresh.answered(RedisClusterMap(), by: a, at: at(10_003)) == .ask(b))
    }

    @Test func `late and unexpected answers change nothing`() throws {
        var refresh = RedisClusterRefresh(seeds: [a, b], now: at(0))
        #expect(refresh.timeCame(at: at(0)) == .ask(a))
        #expect(refresh.failed(a, at: at(50)) == .ask(b))
        #expect(refresh.answered(try map([c]), by: a, at: at(60)) == nil)
        #expect(refresh.failed(a, at: at(61)) == nil)
        #expect(refresh.answered(try map([b]), by: b, at: at(70)) == .wait(until: at(10_070)))
        #expect(refresh.failed(b, at: at(80)) == .wait(until: at(10_070)))
        #expect(refresh.answered(try map([c]), by: b, at: at(90)) == .wait(until: at(10_070)))
    }
}
