import Testing

@testable import AuthFCGI

struct WorkerPoolTests {
    @Test func `All workers start at once, and the program is ready when the first one serves`() {
        var scene = PoolScene(workers: 2)
        #expect(
            scene.pool.start(at: scene.now) == [
                .spawn(slot: 0, number: 0, generation: 0), .spawn(slot: 1, number: 1, generation: 0),
            ])
        #expect(scene.look() == [])
        #expect(scene.serve(1) == [.ready])
        #expect(scene.serve(0) == [])
    }

    @Test func `A worker that dies is replaced at once`() {
        var scene = PoolScene.serving(2)
        _ = scene.pass(.seconds(20))
        #expect(scene.exit(1) == [.lost(number: 1, respawnAfter: .zero), .spawn(slot: 1, number: 1, generation: 0)])
    }

    @Test func `The delay before a replacement increases while workers keep dying, and is reset by one that lives`() {
        var scene = PoolScene.serving(1)
        var delays: [Duration] = []
        func delay(_ actions: [PoolAction]) -> Duration? {
            guard case .lost(_, let delay) = actions.first else { return nil }
            return delay
        }
        for _ in 0..<10 {
            guard let next = delay(scene.exit(0)) else { break }
            delays.append(next)
            scene.now = scene.now + next
            _ = scene.look()
            _ = scene.serve(0)
        }
        #expect(delays.count == 10)
        #expect(delays.prefix(3) == [.zero, .milliseconds(75), .milliseconds(150)])
        #expect(zip(delays, delays.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(delays.last == .milliseconds(3750))
        _ = scene.pass(.seconds(10))
        #expect(delay(scene.exit(0)) == .zero)
    }

    @Test func `A replacement starts when it is due, not at the next look at the scoreboard`() {
        var scene = PoolScene.serving(1)
        _ = scene.exit(0)
        _ = scene.exit(0)
        #expect(scene.pool.nextDeadline == scene.now + .milliseconds(75))
        scene.now = scene.now + .milliseconds(74)
        #expect(scene.look() == [])
        scene.now = scene.now + .milliseconds(1)
        #expect(scene.look() == [.spawn(slot: 0, number: 0, generation: 0)])
    }

    @Test func `A worker whose loop stalls for three seconds is killed, and replaced without waiting for its exit`() {
        var scene = PoolScene.serving(2)
        _ = scene.pass(.seconds(20))
        scene.living.remove(1)
        #expect(scene.pass(.seconds(3)) == [])
        #expect(
            scene.pass(.milliseconds(500)) == [
                .kill(slot: 1, .hangs(.milliseconds(3500))), .lost(number: 1, respawnAfter: .zero),
                .spawn(slot: 2, number: 1, generation: 0),
            ])
        #expect(scene.exit(1) == [])
        #expect(scene.pool.nextDeadline == nil)
    }

    @Test func `A new worker has ten seconds for the first turn of its loop`() {
        var scene = PoolScene(workers: 1)
        _ = scene.pool.start(at: scene.now)
        #expect(scene.pass(.seconds(10)) == [])
        #expect(scene.pass(.milliseconds(500)).first == .kill(slot: 0, .hangs(.milliseconds(10_500))))
    }

    @Test func `Time in which the supervisor did not run does not count as a stall of workers`() {
        var scene = PoolScene.serving(2)
        scene.living = []
        scene.now = scene.now + .seconds(60)
        #expect(scene.look() == [])
        #expect(scene.pass(.seconds(3)) == [])
        #expect(scene.pass(.seconds(1)).contains(.kill(slot: 0, .hangs(.milliseconds(3500)))))
    }

    @Test func `At shutdown all workers are asked to exit, and the program ends after the last one`() {
        var scene = PoolScene.serving(2)
        #expect(scene.pool.stop(at: scene.now) == [.terminate(slot: 0), .terminate(slot: 1)])
        #expect(scene.pool.stop(at: scene.now) == [])
        #expect(scene.reload(workers: 4) == [])
        #expect(scene.exit(0, code: 0) == [])
        #expect(scene.exit(1, code: 0) == [.finished(status: 0)])
    }

    @Test func `At shutdown a worker that exceeds the grace time is killed`() {
        var scene = PoolScene.serving(2)
        _ = scene.pool.stop(at: scene.now)
        _ = scene.exit(0, code: 0)
        #expect(scene.pool.nextDeadline == scene.now + .seconds(10))
        #expect(scene.pass(.seconds(10)) == [.kill(slot: 1, .outstaysGrace)])
        #expect(scene.exit(1) == [.finished(status: 0)])
    }

    @Test func `An immediate shutdown kills all workers`() {
        var scene = PoolScene.serving(2)
        _ = scene.pool.stop(at: scene.now)
        _ = scene.exit(0, code: 0)
        #expect(scene.pool.stopAtOnce(at: scene.now) == [.kill(slot: 1, .impatience), .finished(status: 0)])
    }

    @Test func `If the first workers cannot start with the settings, the program ends`() {
        var scene = PoolScene(workers: 2)
        _ = scene.pool.start(at: scene.now)
        #expect(scene.exit(0, code: 78) == [.terminate(slot: 1)])
        #expect(scene.exit(1, code: 78) == [.finished(status: 78)])
    }

    @Test func `Once a worker has served, a refused start counts as any other exit`() {
        var scene = PoolScene.serving(1)
        _ = scene.exit(0)
        #expect(scene.exit(0, code: 78).first == .lost(number: 0, respawnAfter: .milliseconds(75)))
    }

    @Test func `A worker that drains because of a foreign signal is replaced at once`() {
        var scene = PoolScene.serving(1)
        _ = scene.pass(.seconds(20))
        scene.readings[0]?.state = .draining
        #expect(scene.look() == [.lost(number: 0, respawnAfter: .zero), .spawn(slot: 1, number: 0, generation: 0)])
        #expect(scene.exit(0, code: 0) == [])
    }

    @Test func `Several signals within a moment are one stop request`() {
        let now = MonotonicInstant(nanoseconds: 1_000_000_000_000)
        var requests = StopSignals()
        #expect(requests.request(at: now) == .finish)
        #expect(requests.request(at: now + .milliseconds(499)) == .ignore)
        #expect(requests.request(at: now + .milliseconds(500)) == .endAtOnce)
    }
}
