/// The slots of a pool, and the pace at which each slot's worker is replaced.
struct PoolSlots: Sendable {
    private var slots: [PoolSlot] = []
    private var paces: [RespawnPace] = []

    var indices: Range<Int> { slots.indices }

    subscript(index: Int) -> PoolSlot {
        get { slots[index] }
        set { slots[index] = newValue }
    }

    /// The workers that run, in the order of the slots.
    var workers: [PoolWorker] { slots.flatMap(\.workers) }

    /// The start time of the next worker; nil if none is due.
    var nextStart: MonotonicInstant? { slots.compactMap(\.due).min() }

    /// Whether a worker serves.
    var areServed: Bool { slots.contains { $0.serving != nil } }

    /// Whether a slot changes to other settings.
    var areChanging: Bool { slots.contains(where: \.isChanging) }

    /// Returns true if workers with the settings of this generation serve in the first `count` slots.
    func haveReached(generation: Int, count: Int) -> Bool {
        slots.prefix(count).allSatisfy { $0.serving?.generation == generation && !$0.isChanging }
    }

    /// Returns the first of `count` slots whose worker serves with settings of another generation.
    func firstOutdated(generation: Int, count: Int) -> Int? {
        slots.prefix(count).firstIndex { $0.serving.map { $0.generation != generation } ?? false }
    }

    /// Adds slots up to `count`. Their workers are due at once.
    mutating func grow(to count: Int, at now: MonotonicInstant) {
        while slots.count < count {
            slots.append(.vacant(.due(now)))
            paces.append(RespawnPace())
        }
    }

    /// Removes the slots beyond `count`.
    /// - Returns: their workers.
    mutating func shrink(to count: Int) -> [PoolWorker] {
        let removed = slots.count - min(count, slots.count)
        let workers = slots.suffix(removed).flatMap(\.workers)
        slots.removeLast(removed)
        paces.removeLast(removed)
        return workers
    }

    /// Adds slots up to `count`, and starts their workers and all that are due at once: workers may have kept dying
    /// because of the old settings.
    mutating func fill(to count: Int, at now: MonotonicInstant) {
        for index in slots.indices where slots[index].due != nil { slots[index] = slots[index].with(.due(now)) }
        grow(to: count, at: now)
    }

    /// Schedules the start of a slot's next worker.
    /// - Parameters:
    ///   - index: the slot.
    ///   - worker: the worker that the slot loses, which serves or starts.
    ///   - random: a number from 0 to 1, which spreads the starts of several workers.
    /// - Returns: the delay until the start.
    mutating func replace(
        _ index: Int, after worker: PoolWorker, random: Double, at now: MonotonicInstant
    ) -> Duration {
        let delay = paces[index].delay(afterLifeOf: now - worker.since, random: random)
        let isSuccessor = slots[index].starting == worker
        slots[index] = isSuccessor ? slots[index].with(.due(now + delay)) : .vacant(.due(now + delay))
        return delay
    }

    /// Ends the changes that have begun: the workers that serve stay.
    /// - Returns: the successors that run.
    mutating func endChanges() -> [PoolWorker] {
        var successors: [PoolWorker] = []
        for index in slots.indices {
            guard case .changing(let worker, _) = slots[index] else { continue }
            if let successor = slots[index].starting { successors.append(successor) }
            slots[index] = .staffed(worker)
        }
        return successors
    }

    /// Schedules the start of other workers in vacant slots whose worker starts with the settings of this generation.
    /// - Returns: these workers.
    mutating func vacate(generation: Int, at now: MonotonicInstant) -> [PoolWorker] {
        var workers: [PoolWorker] = []
        for index in slots.indices {
            guard let worker = slots[index].starting, worker.generation == generation else { continue }
            slots[index] = .vacant(.due(now))
            workers.append(worker)
        }
        return workers
    }
}
