@testable import AuthFCGI

/// A pool, a clock, and workers whose state a test sets.
struct PoolScene {
    var pool: WorkerPool
    var now = MonotonicInstant(nanoseconds: 1_000_000_000_000)
    var readings: [Int: WorkerSample] = [:]
    /// The slots on the scoreboard of the workers whose event loop runs whenever time passes.
    var living: Set<Int> = []

    init(workers: Int) { pool = WorkerPool(workers: workers, grace: .seconds(10), random: { 0.5 }) }

    /// Returns a pool whose workers all serve.
    static func serving(_ workers: Int) -> PoolScene {
        var scene = PoolScene(workers: workers)
        _ = scene.pool.start(at: scene.now)
        for slot in 0..<workers { _ = scene.serve(slot) }
        return scene
    }

    /// Runs a worker's event loop without making the worker serve.
    mutating func start(_ slot: Int) {
        living.insert(slot)
        readings[slot] = WorkerSample(lastTick: now, state: .starting)
    }

    mutating func serve(_ slot: Int) -> [PoolAction] {
        living.insert(slot)
        readings[slot] = WorkerSample(lastTick: now, state: .serving)
        return look()
    }

    /// The start timeout of a successor.
    static let patience = Duration.seconds(20)

    mutating func reload(workers: Int) -> [PoolAction] {
        pool.reload(workers: workers, grace: .seconds(10), patience: Self.patience, at: now)
    }

    mutating func look() -> [PoolAction] {
        for slot in living { readings[slot]?.lastTick = now }
        return pool.look(at: now) { readings[$0] ?? WorkerSample(lastTick: nil, state: .starting) }
    }

    mutating func exit(_ slot: Int, code: Int32? = nil) -> [PoolAction] {
        living.remove(slot)
        readings[slot] = nil
        return pool.exited(slot, exitCode: code, at: now)
    }

    /// Advances the clock, and reads the scoreboard every half second.
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
