/// The state of all worker processes, and the decisions about them. The ``Supervisor`` performs the resulting actions;
/// time is passed in.
struct WorkerPool: Sendable {
    private enum Phase: Equatable {
        /// → stopping
        case running
        /// No worker is started any more; the program exits when the last worker has ended.
        case stopping(status: Int32)
    }

    /// The state that all slots should reach.
    struct Target: Equatable, Sendable {
        /// The generation of the settings: 0 at the start, one more with each reload.
        var generation: Int
        var workers: Int
        /// The time that a worker has to exit.
        var grace: Duration
    }

    private var phase = Phase.running
    private(set) var target: Target
    /// The reload under way. → nil when all workers have the target's settings, or when the reload is refused
    private var pending: PoolReload?
    private var lastGeneration = 0
    private var slots = PoolSlots()
    private var leaving = DrainingWorkers()
    private var watch = HangWatch()
    private var hasServed = false
    private let random: @Sendable () -> Double

    init(workers: Int, grace: Duration, random: @escaping @Sendable () -> Double = { .random(in: 0..<1) }) {
        target = Target(generation: 0, workers: workers, grace: grace)
        self.random = random
    }

    var isRunning: Bool { phase == .running }

    /// Returns true if the process in this slot of the scoreboard is expected to exit.
    func isLeaving(slot: Int) -> Bool { leaving.contains(slot: slot) }

    /// Returns true if a worker (at the start) or all workers (after a reload) have served with the settings of this
    /// generation.
    func haveServed(settingsOf generation: Int) -> Bool {
        hasServed && generation == (pending?.fallback ?? target).generation
    }

    /// The time of the next look that the pool needs; nil if none is due.
    var nextDeadline: MonotonicInstant? {
        let deadlines = [slots.nextStart, pending?.deadline].compactMap(\.self)
        return (deadlines + leaving.draining.map(\.until)).min()
    }
}

extension WorkerPool {
    /// Starts the first workers.
    mutating func start(at now: MonotonicInstant) -> [PoolAction] {
        slots.grow(to: target.workers, at: now)
        return settle(at: now)
    }

    /// Replaces all workers, one after the other, by ones with reloaded settings. Each successor takes over once it has
    /// used its store. If one cannot, the reload is refused: the previous settings apply again. A reload during another
    /// takes its place.
    /// - Parameter patience: the time that each successor has, including those that crash or hang.
    mutating func reload(workers: Int, grace: Duration, patience: Duration, at now: MonotonicInstant) -> [PoolAction] {
        guard phase == .running else { return [] }
        let areServed = slots.areServed
        pending = PoolReload(from: pending?.fallback ?? target, isProven: !areServed, patience: patience, at: now)
        lastGeneration += 1
        target = Target(generation: lastGeneration, workers: workers, grace: grace)
        let actions = dismiss(slots.endChanges(), at: now)
        if !areServed { slots.fill(to: target.workers, at: now) }
        return actions + settle(at: now)
    }

    /// Evaluates the scoreboard, after time has passed or a worker has changed its state.
    mutating func look(at now: MonotonicInstant, _ sample: (_ slot: Int) -> WorkerSample) -> [PoolAction] {
        watch.look(at: now)
        var actions: [PoolAction] = []
        for index in slots.indices {
            for worker in slots[index].workers {
                // The successor has left if the worker before it was lost just now.
                guard slots[index].workers.contains(worker) else { continue }
                let sample = sample(worker.slot)
                if let time = watch.hang(worker, sample, at: now) {
                    leaving.kill(slot: worker.slot)
                    actions.append(.kill(slot: worker.slot, .hangs(time)))
                    actions += lose(worker.slot, exitCode: nil, at: now)
                } else {
                    actions += handle(worker, sample.state, index, at: now)
                }
            }
        }
        for (worker, end) in leaving.draining {
            let hang = watch.hang(worker, sample(worker.slot), at: now).map { KillReason.hangs($0) }
            guard let reason = hang ?? (end <= now ? .outstaysGrace : nil) else { continue }
            leaving.kill(slot: worker.slot)
            actions.append(.kill(slot: worker.slot, reason))
        }
        if let pending, pending.deadline <= now { actions += refuse(at: now) }
        return actions + settle(at: now)
    }

    /// Handles the end of a worker process, or a failure to start it.
    /// - Parameter exitCode: nil if a signal ended the process, or it could not be started.
    mutating func exited(_ slot: Int, exitCode: Int32?, at now: MonotonicInstant) -> [PoolAction] {
        guard leaving.end(slot: slot) else { return lose(slot, exitCode: exitCode, at: now) + settle(at: now) }
        if case .stopping(let status) = phase, leaving.isEmpty { return [.finished(status: status)] }
        return settle(at: now)
    }

    /// Begins the shutdown of the program: the workers finish their requests in flight.
    mutating func stop(status: Int32 = 0, at now: MonotonicInstant) -> [PoolAction] {
        guard phase == .running else { return [] }
        phase = .stopping(status: status)
        pending = nil
        let actions = dismiss(slots.shrink(to: 0), at: now)
        return leaving.isEmpty ? [.finished(status: status)] : actions
    }

    /// Ends all workers and the program at once.
    mutating func stopAtOnce(at now: MonotonicInstant) -> [PoolAction] {
        _ = stop(at: now)
        let slots = leaving.slots
        leaving = DrainingWorkers()
        return slots.map { .kill(slot: $0, .impatience) } + [.finished(status: 0)]
    }
}

extension WorkerPool {
    /// Handles the state that a worker reports.
    private mutating func handle(_ worker: PoolWorker, _ state: WorkerState, _ index: Int, at now: MonotonicInstant)
        -> [PoolAction]
    {
        switch (state, worker == slots[index].serving) {
        case (.starting, _), (.serving, true): return []
        case (.serving, false):
            let predecessor = slots[index].serving
            slots[index] = .staffed(worker)
            if worker.generation == target.generation, pending != nil {
                if pending?.isProven == false { slots.fill(to: target.workers, at: now) }
                pending?.progress(at: now)
            }
            defer { hasServed = true }
            return (hasServed ? [] : [.ready]) + dismiss([predecessor].compactMap(\.self), at: now)
        case (.draining, _):
            // Drains without a request of the pool, as after a SIGTERM from elsewhere: start the successor now, not at
            // its exit.
            leaving.drain(worker, until: now + target.grace)
            return lose(worker.slot, exitCode: nil, at: now)
        }
    }

    /// Removes a worker that died or hangs from its slot, and schedules its replacement.
    private mutating func lose(_ slot: Int, exitCode: Int32?, at now: MonotonicInstant) -> [PoolAction] {
        for index in slots.indices {
            guard let worker = slots[index].workers.first(where: { $0.slot == slot }) else { continue }
            let starting = slots[index].starting
            let isSuccessor = starting == worker
            if isSuccessor, let exitCode, TakeOver.refusals.contains(exitCode),
                let actions = refuse(worker, index, exitCode, at: now)
            {
                return actions
            }
            let delay = slots.replace(index, after: worker, random: random(), at: now)
            // A successor waits for its store, perhaps in vain: the replacement of the serving worker serves in any case.
            let successors = isSuccessor ? [] : [starting].compactMap(\.self)
            return [.lost(number: index, respawnAfter: delay)] + dismiss(successors, at: now)
        }
        return []
    }

    /// Handles the exit of a starting worker that cannot serve with its settings: at the program's start the program
    /// ends, and during a reload the previous settings apply again.
    /// - Returns: nil if neither applies and the exit counts as any other death.
    private mutating func refuse(_ worker: PoolWorker, _ index: Int, _ exitCode: Int32, at now: MonotonicInstant)
        -> [PoolAction]?
    {
        if !hasServed {
            guard exitCode == SettingsProblems.exitCode else { return nil }
            slots[index] = .vacant(.due(now))
            return stop(status: exitCode, at: now)
        }
        guard pending != nil, worker.generation == target.generation else { return nil }
        slots[index] = slots[index].serving.map { .staffed($0) } ?? .vacant(.due(now))
        return refuse(at: now)
    }

    /// Returns to the settings before the reload.
    private mutating func refuse(at now: MonotonicInstant) -> [PoolAction] {
        guard let refused = pending else { return [] }
        let generation = target.generation
        target = refused.fallback
        pending = nil
        // The refused settings may not serve in a vacant slot either.
        let successors = slots.endChanges() + slots.vacate(generation: generation, at: now)
        return [.refused(fallback: target.generation)]
            + dismiss(successors + slots.shrink(to: target.workers), at: now)
    }

    private mutating func dismiss(_ workers: [PoolWorker], at now: MonotonicInstant) -> [PoolAction] {
        workers.map { worker in
            leaving.drain(worker, until: now + target.grace)
            return .terminate(slot: worker.slot)
        }
    }

    /// Starts the workers that are due, and begins the change of one more slot to the latest settings. Slots beyond the
    /// target's number stay until all others have changed: until then the reload may be refused.
    private mutating func settle(at now: MonotonicInstant) -> [PoolAction] {
        guard phase == .running else { return [] }
        var actions: [PoolAction] = []
        if !slots.areChanging,
            let outdated = slots.firstOutdated(generation: target.generation, count: target.workers)
        {
            slots[outdated] = slots[outdated].with(.due(now))
        }
        for index in slots.indices {
            guard let due = slots[index].due, due <= now else { continue }
            guard let slot = freeSlot else {  // draining workers use all slots: wait for one of them
                slots[index] = slots[index].with(.due(now + .seconds(1)))
                continue
            }
            let takesOver = slots[index].isChanging
            let generation = takesOver ? target.generation : safeGeneration
            let worker = PoolWorker(slot: slot, number: index, generation: generation, since: now)
            slots[index] = slots[index].with(.starting(worker))
            actions.append(.spawn(slot: slot, number: index, generation: generation, takesOver: takesOver))
        }
        if pending != nil, slots.haveReached(generation: target.generation, count: target.workers) {
            pending = nil
            actions += dismiss(slots.shrink(to: target.workers), at: now)
            actions.append(.reloaded(generation: target.generation))
        }
        return actions
    }

    /// The generation of the settings of a worker that serves whether its store can be used or not, since its slot is
    /// vacant: the latest with which workers have served.
    private var safeGeneration: Int {
        guard let pending, !pending.isProven else { return target.generation }
        return pending.fallback.generation
    }

    /// The lowest slot of the scoreboard that no process uses.
    private var freeSlot: Int? {
        let used = Set(slots.workers.map(\.slot))
        return (0..<Scoreboard.count).first { !used.contains($0) && !leaving.contains(slot: $0) }
    }
}
