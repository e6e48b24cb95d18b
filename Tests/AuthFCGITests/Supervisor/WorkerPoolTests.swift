import Testing

@testable import AuthFCGI

struct WorkerPoolTests {
    /// A pool, a clock, and workers whose state a test sets.
    private struct Scene {
        var pool: WorkerPool
        var now = MonotonicInstant(nanoseconds: 1_000_000_000_000)
        var readings: [Int: WorkerSample] = [:]
        /// The workers that tick whenever time passes.
        var living: Set<Int> = []

        init(workers: Int) { pool = WorkerPool(workers: workers, grace: .seconds(10), random: { 0.5 }) }

        /// A pool all of whose workers serve.
        static func serving(_ workers: Int) -> Scene {
            var scene = Scene(workers: workers)
            _ = scene.pool.start(at: scene.now)
            for number in 0..<workers { _ = scene.serve(number) }
            return scene
        }

        mutating func serve(_ number: Int) -> [PoolAction] {
            living.insert(number)
            readings[number] = WorkerSample(lastTick: now, state: .serving)
            return look()
        }

        mutating func look() -> [PoolAction] {
            for number in living { readings[number]?.lastTick = now }
            return pool.look(at: now) { readings[$0] ?? WorkerSample(lastTick: nil, state: .starting) }
        }

        mutating func exit(_ number: Int, code: Int32? = nil) -> [PoolAction] {
            living.remove(number)
            readings[number] = nil
            return pool.exited(number, exitCode: code, at: now)
        }

        /// Advances the clock, with a look at the scoreboard every half second.
        mutating func pass(_ duration: Duration) -> [PoolAction] {
            var actions: [PoolAction] = []
            let end = now + duration
            while now < end {
                now = min(end, now + .milliseconds(500))
                actions += look()
            }
            return actions
        }
    }

    @Test func `All workers start at once, and the program is ready when the first one serves`() {
        var scene = Scene(workers: 2)
        #expect(
            scene.pool.start(at: scene.now) == [.spawn(number: 0, generation: 0), .spawn(number: 1, generation: 0)])
        #expect(scene.look() == [])
        #expect(scene.serve(1) == [.ready])
        #expect(scene.serve(0) == [])
    }

    @Test func `A worker that dies is replaced at once`() {
        var scene = Scene.serving(2)
        _ = scene.pass(.seconds(20))
        #expect(scene.exit(1) == [.lost(number: 1, respawnAfter: .zero), .spawn(number: 1, generation: 0)])
    }

    @Test func `The delay before a replacement increases while workers keep dying, and is reset by one that lives`() {
        var scene = Scene.serving(1)
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
        var scene = Scene.serving(1)
        _ = scene.exit(0)
        _ = scene.exit(0)
        #expect(scene.pool.nextDeadline == scene.now + .milliseconds(75))
        scene.now = scene.now + .milliseconds(74)
        #expect(scene.look() == [])
        scene.now = scene.now + .milliseconds(1)
        #expect(scene.look() == [.spawn(number: 0, generation: 0)])
    }

    @Test func `A worker whose loop stalls for three seconds is killed, and replaced without waiting for its exit`() {
        var scene = Scene.serving(2)
        _ = scene.pass(.seconds(20))
        scene.living.remove(1)
        #expect(scene.pass(.seconds(3)) == [])
        #expect(
            scene.pass(.milliseconds(500)) == [
                .kill(number: 1, .hangs(.milliseconds(3500))), .lost(number: 1, respawnAfter: .zero),
                .spawn(number: 2, generation: 0),
            ])
        #expect(scene.exit(1) == [])
        #expect(scene.pool.nextDeadline == nil)
    }

    @Test func `A new worker has ten seconds for the first turn of its loop`() {
        var scene = Scene(workers: 1)
        _ = scene.pool.start(at: scene.now)
        #expect(scene.pass(.seconds(10)) == [])
        #expect(scene.pass(.milliseconds(500)).first == .kill(number: 0, .hangs(.milliseconds(10_500))))
    }

    @Test func `Time in which the supervisor did not run does not count as a stall of workers`() {
        var scene = Scene.serving(2)
        scene.living = []
        scene.now = scene.now + .seconds(60)
        #expect(scene.look() == [])
        #expect(scene.pass(.seconds(3)) == [])
        #expect(scene.pass(.seconds(1)).contains(.kill(number: 0, .hangs(.milliseconds(3500)))))
    }

    @Test func `At shutdown all workers are asked to exit, and the program ends after the last one`() {
        var scene = Scene.serving(2)
        #expect(scene.pool.stop(at: scene.now) == [.terminate(number: 0), .terminate(number: 1)])
        #expect(scene.pool.stop(at: scene.now) == [])
        #expect(scene.pool.reload(workers: 4, grace: .zero, at: scene.now) == [])
        #expect(scene.exit(0, code: 0) == [])
        #expect(scene.exit(1, code: 0) == [.finished(status: 0)])
    }

    @Test func `At shutdown a worker that exceeds the grace time is killed`() {
        var scene = Scene.serving(2)
        _ = scene.pool.stop(at: scene.now)
        _ = scene.exit(0, code: 0)
        #expect(scene.pool.nextDeadline == scene.now + .seconds(10))
        #expect(scene.pass(.seconds(10)) == [.kill(number: 1, .outstaysGrace)])
        #expect(scene.exit(1) == [.finished(status: 0)])
    }

    @Test func `An immediate shutdown kills all workers`() {
        var scene = Scene.serving(2)
        _ = scene.pool.stop(at: scene.now)
        _ = scene.exit(0, code: 0)
        #expect(scene.pool.stopAtOnce(at: scene.now) == [.kill(number: 1, .impatience), .finished(status: 0)])
    }

    @Test func `A reload replaces workers one after the other, each when its successor serves`() {
        var scene = Scene.serving(2)
        #expect(
            scene.pool.reload(workers: 2, grace: .seconds(10), at: scene.now) == [.spawn(number: 2, generation: 1)])
        #expect(scene.serve(2) == [.terminate(number: 0), .spawn(number: 3, generation: 1)])
        #expect(scene.exit(0, code: 0) == [])
        #expect(scene.serve(3) == [.terminate(number: 1), .reloaded(generation: 1)])
        #expect(scene.exit(1, code: 0) == [])
    }

    @Test func `A reload with more workers fills new slots at once, and with fewer it removes slots last`() {
        var scene = Scene.serving(1)
        #expect(
            scene.pool.reload(workers: 2, grace: .seconds(10), at: scene.now)
                == [.spawn(number: 1, generation: 1), .spawn(number: 2, generation: 1)])
        _ = scene.serve(1)
        #expect(scene.serve(2) == [.reloaded(generation: 1)])
        _ = scene.exit(0, code: 0)
        #expect(
            scene.pool.reload(workers: 1, grace: .seconds(10), at: scene.now) == [.spawn(number: 0, generation: 2)])
        #expect(scene.serve(0) == [.terminate(number: 1), .terminate(number: 2), .reloaded(generation: 2)])
    }

    @Test func `If workers cannot start with new settings, the old workers stay`() {
        var scene = Scene.serving(2)
        _ = scene.pool.reload(workers: 1, grace: .seconds(10), at: scene.now)
        #expect(scene.exit(2, code: 78) == [.refused(fallback: 0)])
        #expect(scene.look() == [])
        #expect(scene.exit(1) == [.lost(number: 1, respawnAfter: .zero), .spawn(number: 1, generation: 0)])
    }

    @Test func `If a later worker cannot start with new settings, the replaced workers return to the old ones`() {
        var scene = Scene.serving(2)
        _ = scene.pool.reload(workers: 2, grace: .seconds(10), at: scene.now)
        _ = scene.serve(2)
        _ = scene.exit(0, code: 0)
        #expect(scene.exit(3, code: 78) == [.refused(fallback: 0), .spawn(number: 0, generation: 0)])
        #expect(scene.serve(0) == [.terminate(number: 2)])
    }

    @Test func `A successor that crashes is started again while the old worker serves`() {
        var scene = Scene.serving(1)
        _ = scene.pool.reload(workers: 1, grace: .seconds(10), at: scene.now)
        #expect(scene.exit(1, code: 3) == [.lost(number: 1, respawnAfter: .zero), .spawn(number: 1, generation: 1)])
        _ = scene.exit(1, code: 3)
        #expect(
            scene.pool.reload(workers: 1, grace: .seconds(10), at: scene.now) == [.spawn(number: 1, generation: 2)])
        #expect(scene.serve(1) == [.terminate(number: 0), .reloaded(generation: 2)])
    }

    @Test func `If the old worker dies during the change, its successor takes the slot`() {
        var scene = Scene.serving(1)
        _ = scene.pool.reload(workers: 1, grace: .seconds(10), at: scene.now)
        #expect(scene.exit(0) == [.lost(number: 0, respawnAfter: .zero)])
        #expect(scene.serve(1) == [.reloaded(generation: 1)])
    }

    @Test func `If the first workers cannot start with the settings, the program ends`() {
        var scene = Scene(workers: 2)
        _ = scene.pool.start(at: scene.now)
        #expect(scene.exit(0, code: 78) == [.terminate(number: 1)])
        #expect(scene.exit(1, code: 78) == [.finished(status: 78)])
    }

    @Test func `Once a worker has served, a refused start counts as any other exit`() {
        var scene = Scene.serving(1)
        _ = scene.exit(0)
        #expect(scene.exit(0, code: 78).first == .lost(number: 0, respawnAfter: .milliseconds(75)))
    }

    @Test func `A worker that drains because of a foreign signal is replaced at once`() {
        var scene = Scene.serving(1)
        _ = scene.pass(.seconds(20))
        scene.readings[0]?.state = .draining
        #expect(scene.look() == [.lost(number: 0, respawnAfter: .zero), .spawn(number: 1, generation: 0)])
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
