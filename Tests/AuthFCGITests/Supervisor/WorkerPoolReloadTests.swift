import Testing

@testable import AuthFCGI

/// Reloads of the settings. The workers of generation 0 serve at first.
struct WorkerPoolReloadTests {
    /// Returns a pool whose workers serve, and one of whose slots waits for a successor with the settings of generation
    /// 1.
    private static func reloading(_ workers: Int) -> PoolScene {
        var scene = PoolScene.serving(workers)
        _ = scene.pass(.seconds(20))
        let actions = scene.reload(workers: workers)
        #expect(actions == [.spawn(slot: workers, number: 0, generation: 1, takesOver: true)])
        return scene
    }

    @Test func `a reload replaces workers one after the other, each when its successor serves`() {
        var scene = Self.reloading(2)
        #expect(scene.serve(2) == [.terminate(slot: 0), .spawn(slot: 3, number: 1, generation: 1, takesOver: true)])
        #expect(scene.exit(0, code: 0) == [])
        #expect(scene.serve(3) == [.terminate(slot: 1), .reloaded(generation: 1)])
        #expect(scene.exit(1, code: 0) == [])
        #expect(scene.pool.nextDeadline == nil)
    }

    @Test func `a reload with more workers adds slots after the first success, and with fewer it removes slots last`() {
        var scene = PoolScene.serving(1)
        #expect(
            scene.reload(workers: 2)
                == [.spawn(slot: 1, number: 0, generation: 1, takesOver: true)])
        #expect(scene.serve(1) == [.terminate(slot: 0), .spawn(slot: 2, number: 1, generation: 1)])
        #expect(scene.serve(2) == [.reloaded(generation: 1)])
        _ = scene.exit(0, code: 0)
        #expect(
            scene.reload(workers: 1)
                == [.spawn(slot: 0, number: 0, generation: 2, takesOver: true)])
        #expect(scene.serve(0) == [.terminate(slot: 1), .terminate(slot: 2), .reloaded(generation: 2)])
    }

    @Test(arguments: TakeOver.refusals)
    func `if a successor cannot use its settings or its store, the old workers stay`(code: Int32) {
        var scene = PoolScene.serving(2)
        _ = scene.reload(workers: 1)
        #expect(scene.exit(2, code: code) == [.refused(fallback: 0)])
        #expect(scene.pass(.seconds(60)) == [])
        #expect(scene.exit(1) == [.lost(number: 1, respawnAfter: .zero), .spawn(slot: 1, number: 1, generation: 0)])
    }

    @Test(arguments: TakeOver.refusals)
    func `if a later successor cannot, the workers that were replaced return to the old settings`(code: Int32) {
        var scene = Self.reloading(2)
        _ = scene.serve(2)
        _ = scene.exit(0, code: 0)
        #expect(
            scene.exit(3, code: code) == [
                .refused(fallback: 0), .spawn(slot: 0, number: 0, generation: 0, takesOver: true),
            ])
        scene.start(0)
        #expect(scene.pass(.seconds(60)) == [])
        #expect(scene.serve(0) == [.terminate(slot: 2)])
    }

    @Test func `a successor that neither serves nor exits is ended when the time is up, and the old worker stays`() {
        var scene = Self.reloading(1)
        scene.start(1)
        #expect(scene.pool.nextDeadline == scene.now + PoolScene.patience)
        #expect(scene.pass(PoolScene.patience - .milliseconds(500)) == [])
        #expect(scene.pass(.milliseconds(500)) == [.refused(fallback: 0), .terminate(slot: 1)])
        #expect(scene.exit(1, code: 0) == [])
        #expect(scene.pass(.seconds(60)) == [])
    }

    @Test func `a successor that keeps crashing ends in a refusal too`() {
        var scene = Self.reloading(1)
        #expect(
            scene.exit(1, code: 3) == [
                .lost(number: 0, respawnAfter: .zero), .spawn(slot: 1, number: 0, generation: 1, takesOver: true),
            ])
        _ = scene.exit(1, code: 3)
        scene.now = scene.now + PoolScene.patience
        #expect(scene.look().contains(.refused(fallback: 0)))
    }

    @Test func `each successor has its own time`() {
        var scene = Self.reloading(3)
        var actions: [PoolAction] = []
        for number in 3...5 {
            scene.start(number)
            actions += scene.pass(PoolScene.patience - .milliseconds(500))
            actions += scene.serve(number)
        }
        #expect(!actions.contains(.refused(fallback: 0)))
        #expect(actions.last == .reloaded(generation: 1))
    }

    @Test func `a worker that dies meanwhile is replaced with the old settings, and does not wait for the store`() {
        var scene = Self.reloading(2)
        #expect(scene.exit(1) == [.lost(number: 1, respawnAfter: .zero), .spawn(slot: 1, number: 1, generation: 0)])
        _ = scene.serve(1)
        // Its successor may never serve. The other slot is replaced first now.
        #expect(
            scene.exit(0) == [
                .lost(number: 0, respawnAfter: .zero), .terminate(slot: 2), .spawn(slot: 0, number: 0, generation: 0),
                .spawn(slot: 3, number: 1, generation: 1, takesOver: true),
            ])
        _ = scene.exit(2, code: 0)
        #expect(scene.serve(3) == [.terminate(slot: 1)])
        _ = scene.exit(1, code: 0)
        #expect(scene.serve(0) == [.spawn(slot: 1, number: 0, generation: 1, takesOver: true)])
        #expect(scene.serve(1) == [.terminate(slot: 0), .reloaded(generation: 1)])
    }

    @Test func `a successor that is ready when the old worker is killed leaves all the same`() {
        var scene = Self.reloading(1)
        scene.start(1)
        scene.living.remove(0)
        #expect(scene.pass(.seconds(3)) == [])
        scene.readings[1]?.state = .serving
        scene.now = scene.now + .milliseconds(500)
        #expect(
            scene.look() == [
                .kill(slot: 0, .hangs(.milliseconds(3500))), .lost(number: 0, respawnAfter: .zero),
                .terminate(slot: 1), .spawn(slot: 2, number: 0, generation: 0),
            ])
        #expect(scene.serve(2) == [.spawn(slot: 3, number: 0, generation: 1, takesOver: true)])
    }

    @Test func `after the first success, a worker that dies is replaced with the new settings`() {
        var scene = Self.reloading(2)
        _ = scene.serve(2)
        #expect(
            scene.exit(1) == [
                .lost(number: 1, respawnAfter: .zero), .terminate(slot: 3), .spawn(slot: 1, number: 1, generation: 1),
            ])
        #expect(scene.serve(1) == [.reloaded(generation: 1)])
    }

    @Test func `a second reload takes the place of one that has not succeeded`() {
        var scene = Self.reloading(2)
        #expect(
            scene.reload(workers: 2) == [
                .terminate(slot: 2), .spawn(slot: 3, number: 0, generation: 2, takesOver: true),
            ])
        #expect(scene.serve(3) == [.terminate(slot: 0), .spawn(slot: 4, number: 1, generation: 2, takesOver: true)])
        #expect(scene.serve(4) == [.terminate(slot: 1), .reloaded(generation: 2)])
    }

    @Test func `if the second reload is refused, the settings before the first apply`() {
        var scene = Self.reloading(2)
        _ = scene.serve(2)
        _ = scene.reload(workers: 2)
        let actions = scene.exit(4, code: TakeOver.failureCode)
        #expect(actions.first == .refused(fallback: 0))
        // The process in slot 2 serves with the settings of the first reload.
        #expect(actions.last == .spawn(slot: 4, number: 0, generation: 0, takesOver: true))
        #expect(scene.serve(4) == [.terminate(slot: 2)])
    }

    @Test func `a reload after a refused one works`() {
        var scene = Self.reloading(1)
        _ = scene.exit(1, code: TakeOver.failureCode)
        #expect(
            scene.reload(workers: 1)
                == [.spawn(slot: 1, number: 0, generation: 2, takesOver: true)])
        #expect(scene.serve(1) == [.terminate(slot: 0), .reloaded(generation: 2)])
    }

    @Test func `if no worker serves, the new settings are used at once`() {
        var scene = PoolScene.serving(1)
        _ = scene.exit(0)
        _ = scene.exit(0)
        #expect(
            scene.reload(workers: 2)
                == [.spawn(slot: 0, number: 0, generation: 1), .spawn(slot: 1, number: 1, generation: 1)])
        _ = scene.serve(0)
        #expect(scene.serve(1) == [.reloaded(generation: 1)])
    }

    @Test func `settings count as proven once all workers have served with them`() {
        var scene = Self.reloading(2)
        _ = scene.serve(2)
        #expect(scene.pool.haveServed(settingsOf: 0) && !scene.pool.haveServed(settingsOf: 1))
        _ = scene.serve(3)
        #expect(!scene.pool.haveServed(settingsOf: 0) && scene.pool.haveServed(settingsOf: 1))
    }

    @Test func `a shutdown during a reload ends the old worker and its successor`() {
        var scene = Self.reloading(1)
        #expect(scene.pool.stop(at: scene.now) == [.terminate(slot: 0), .terminate(slot: 1)])
        #expect(scene.pool.nextDeadline == scene.now + .seconds(10))
        #expect(scene.exit(1, code: 0) == [])
        #expect(scene.exit(0, code: 0) == [.finished(status: 0)])
    }

    @Test func `a worker has the number of its predecessor after a reload, a hang and a death`() {
        var scene = PoolScene.serving(2)
        var numbers: [Int] = []
        func note(_ actions: [PoolAction]) {
            for case .spawn(_, let number, _, _) in actions { numbers.append(number) }
        }
        _ = scene.pass(.seconds(20))
        note(scene.reload(workers: 2))
        note(scene.serve(2))
        note(scene.serve(3))
        // Both predecessors are still draining.
        #expect(numbers == [0, 1])
        _ = scene.pass(.seconds(5))
        scene.living.remove(3)
        note(scene.pass(.milliseconds(3500)))
        note(scene.exit(2))
        #expect(numbers == [0, 1, 1, 0])
    }
}
