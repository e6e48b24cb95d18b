/// Which worker processes there are and should be. Decides, and leaves doing to the ``Supervisor``; time is passed in.
struct WorkerPool: Sendable {
    private enum Phase: Equatable {
        /// → stopping
        case running
        /// Nothing is started any more; when the last process has ended, so does the program.
        case stopping(status: Int32)
    }

    /// What all slots should come to.
    struct Target: Equatable, Sendable {
        /// Counts how often settings were read.
        var generation: Int
        var workers: Int
        /// How long a worker that is told to end may take.
        var grace: Duration
    }

    private var phase = Phase.running
    private(set) var target: Target
    /// The last target that was reached, to which the pool goes back when workers cannot work with a new one.
    private var reached: Target
    private var lastGeneration = 0
    private var slots: [PoolSlot] = []
    private var paces: [RespawnPace] = []
    private var leaving = DrainingWorkers()
    private var watch = HangWatch()
    private var hasServed = false
    private let random: @Sendable () -> Double

    init(workers: Int, grace: Duration, random: @escaping @Sendable () -> Double = { .random(in: 0..<1) }) {
        target = Target(generation: 0, workers: workers, grace: grace)
        reached = target
        self.random = random
    }

    var isRunning: Bool { phase == .running }

    /// Whether the worker with this number is expected to end.
    func isLeaving(number: Int) -> Bool { leaving.contains(number: number) }

    /// Whether a worker has served with the settings of this generation (at the start), or all have (after a reload).
    func haveServed(settingsOf generation: Int) -> Bool { hasServed && generation == reached.generation }

    /// When the pool wants to look again, whatever happens.
    var nextDeadline: MonotonicInstant? { (slots.compactMap(\.due) + leaving.draining.map(\.until)).min() }
}

extension WorkerPool {
    /// The program starts.
    mutating func start(at now: MonotonicInstant) -> [PoolAction] {
        addPlaces(at: now)
        return settle(at: now)
    }

    /// The settings were read again: every worker is replaced, one after the other.
    mutating func reload(workers: Int, grace: Duration, at now: MonotonicInstant) -> [PoolAction] {
        guard phase == .running else { return [] }
        lastGeneration += 1
        target = Target(generation: lastGeneration, workers: workers, grace: grace)
        // Workers that kept dying may have died of the old settings.
        for index in slots.indices where slots[index].due != nil { slots[index] = slots[index].with(.due(now)) }
        addPlaces(at: now)
        return settle(at: now)
    }

    /// Time has passed, or a worker has said something on the scoreboard.
    mutating func look(at now: MonotonicInstant, _ sample: (_ number: Int) -> WorkerSample) -> [PoolAction] {
        watch.look(at: now)
        var actions: [PoolAction] = []
        for index in slots.indices {
            for worker in [slots[index].serving, slots[index].starting].compactMap(\.self) {
                let sample = sample(worker.number)
                if let time = watch.hang(worker, sample, at: now) {
                    leaving.kill(number: worker.number)
                    actions.append(.kill(number: worker.number, .hangs(time)))
                    actions += lose(worker.number, exitCode: nil, at: now)
                } else {
                    actions += hear(worker, sample.state, index, at: now)
                }
            }
        }
        for (worker, end) in leaving.draining {
            let hang = watch.hang(worker, sample(worker.number), at: now).map { KillReason.hangs($0) }
            guard let reason = hang ?? (end <= now ? .outstaysGrace : nil) else { continue }
            leaving.kill(number: worker.number)
            actions.append(.kill(number: worker.number, reason))
        }
        return actions + settle(at: now)
    }

    /// A worker's process has ended, or could not be started at all.
    /// - Parameter exitCode: nil when a signal ended it.
    mutating func exited(_ number: Int, exitCode: Int32?, at now: MonotonicInstant) -> [PoolAction] {
        guard leaving.end(number: number) else { return lose(number, exitCode: exitCode, at: now) + settle(at: now) }
        if case .stopping(let status) = phase, leaving.isEmpty { return [.finished(status: status)] }
        return settle(at: now)
    }

    /// The program is to end; the workers finish what they have begun.
    mutating func stop(status: Int32 = 0, at now: MonotonicInstant) -> [PoolAction] {
        guard phase == .running else { return [] }
        phase = .stopping(status: status)
        let workers = slots.flatMap { [$0.serving, $0.starting].compactMap(\.self) }
        slots = []
        let actions = workers.map { dismiss($0, at: now) }
        return leaving.isEmpty ? [.finished(status: status)] : actions
    }

    /// The program is to end at once.
    mutating func stopAtOnce(at now: MonotonicInstant) -> [PoolAction] {
        _ = stop(at: now)
        let numbers = leaving.numbers
        leaving = DrainingWorkers()
        return numbers.map { .kill(number: $0, .impatience) } + [.finished(status: 0)]
    }
}

extension WorkerPool {
    /// A worker says what it does.
    private mutating func hear(_ worker: PoolWorker, _ state: WorkerState, _ index: Int, at now: MonotonicInstant)
        -> [PoolAction]
    {
        switch (state, worker == slots[index].serving) {
        case (.starting, _), (.serving, true): return []
        case (.serving, false):
            let predecessor = slots[index].serving
            slots[index] = .staffed(worker)
            defer { hasServed = true }
            return (hasServed ? [] : [.ready]) + [predecessor.map { dismiss($0, at: now) }].compactMap(\.self)
        case (.draining, _):
            // Somebody has told it to end behind our back: it needs a successor now, not when it is gone.
            leaving.drain(worker, until: now + target.grace)
            return lose(worker.number, exitCode: nil, at: now)
        }
    }

    /// A slot has lost the worker with this number.
    private mutating func lose(_ number: Int, exitCode: Int32?, at now: MonotonicInstant) -> [PoolAction] {
        for index in slots.indices {
            let slot = slots[index]
            if let worker = slot.starting, worker.number == number {
                if exitCode == SettingsProblems.exitCode, let actions = refuse(worker, index, at: now) {
                    return actions
                }
                let delay = paces[index].delay(afterLifeOf: now - worker.since, random: random())
                slots[index] = slot.with(.due(now + delay))
                return [.lost(number: number, respawnAfter: delay)]
            }
            guard let worker = slot.serving, worker.number == number else { continue }
            switch slot {
            case .changing(_, let successor):
                slots[index] = .vacant(successor)
                return [.lost(number: number, respawnAfter: .zero)]
            case .staffed, .vacant:
                let delay = paces[index].delay(afterLifeOf: now - worker.since, random: random())
                slots[index] = .vacant(.due(now + delay))
                return [.lost(number: number, respawnAfter: delay)]
            }
        }
        return []
    }

    /// A worker that was about to serve says that it cannot work with its settings: at the program's start the program
    /// ends, after a reload the old settings stay. Nil: neither, it is a death like any other.
    private mutating func refuse(_ worker: PoolWorker, _ index: Int, at now: MonotonicInstant) -> [PoolAction]? {
        if !hasServed {
            slots[index] = .vacant(.due(now))
            return stop(status: SettingsProblems.exitCode, at: now)
        }
        guard worker.generation == target.generation, target != reached else { return nil }
        target = reached
        slots[index] = slots[index].serving.map { .staffed($0) } ?? .vacant(.due(now))
        return [.refused(fallback: target.generation)] + removePlaces(at: now)
    }

    /// Makes more slots when there should be more.
    private mutating func addPlaces(at now: MonotonicInstant) {
        while slots.count < target.workers {
            slots.append(.vacant(.due(now)))
            paces.append(RespawnPace())
        }
    }

    /// Gives up slots when there should be fewer.
    private mutating func removePlaces(at now: MonotonicInstant) -> [PoolAction] {
        var actions: [PoolAction] = []
        while slots.count > target.workers {
            let slot = slots.removeLast()
            paces.removeLast()
            actions += [slot.serving, slot.starting].compactMap(\.self).map { dismiss($0, at: now) }
        }
        return actions
    }

    private mutating func dismiss(_ worker: PoolWorker, at now: MonotonicInstant) -> PoolAction {
        leaving.drain(worker, until: now + target.grace)
        return .terminate(number: worker.number)
    }

    /// Starts what is due, and the change of one more slot to the settings that were read last. Slots beyond the
    /// number that there should be stay until all others have changed: nobody knows before whether that works.
    private mutating func settle(at now: MonotonicInstant) -> [PoolAction] {
        guard phase == .running else { return [] }
        var actions: [PoolAction] = []
        let wanted = slots.indices.prefix(target.workers)
        let outdated = wanted.first { slots[$0].serving.map { $0.generation != target.generation } ?? false }
        if let outdated, !slots.contains(where: \.isChanging) { slots[outdated] = slots[outdated].with(.due(now)) }
        for index in slots.indices {
            guard let due = slots[index].due, due <= now else { continue }
            guard let number = freePage else {  // many workers take long to end: wait for one of them
                slots[index] = slots[index].with(.due(now + .seconds(1)))
                continue
            }
            let worker = PoolWorker(number: number, generation: target.generation, since: now)
            slots[index] = slots[index].with(.starting(worker))
            actions.append(.spawn(number: number, generation: worker.generation))
        }
        let isReached = wanted.allSatisfy {
            slots[$0].serving?.generation == target.generation && !slots[$0].isChanging
        }
        if isReached, target.generation != reached.generation {
            reached = target
            actions += removePlaces(at: now)
            actions.append(.reloaded(generation: target.generation))
        }
        return actions
    }

    /// The lowest number of a number that no process uses.
    private var freePage: Int? {
        let used = Set(slots.flatMap { [$0.serving, $0.starting].compactMap { $0?.number } })
        return (0..<Scoreboard.count).first { !used.contains($0) && !leaving.contains(number: $0) }
    }
}
