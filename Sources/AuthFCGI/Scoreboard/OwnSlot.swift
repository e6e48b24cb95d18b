internal import EventLoop
internal import Glibc
internal import Sessions
internal import Synchronization

/// A worker's own slot of the scoreboard, and the bell that makes the supervisor look at it.
final class OwnSlot: Sendable {
    /// The whole scoreboard, with the slots of the other workers.
    let scoreboard: Scoreboard
    private let slot: Int
    private let bell: FileDescriptor

    /// - Parameters:
    ///   - slot: the slot's number.
    ///   - worker: the number of the worker.
    init(scoreboard: Scoreboard, slot: Int, worker: Int, bell: consuming FileDescriptor) {
        self.scoreboard = scoreboard
        self.slot = slot
        self.bell = bell
        scoreboard.withSlot(slot) { slot in
            slot.number.store(UInt64(worker), ordering: .relaxed)
            slot.introduce(pid: getpid(), at: .now)
        }
    }

    /// Records a turn of the event loop.
    func tick() {
        scoreboard.withSlot(slot) { $0.lastTick.store(MonotonicInstant.now.nanoseconds, ordering: .relaxed) }
    }

    /// Counts a check, and the time since its arrival.
    /// - Parameter outcome: one of ``Metric/checks``.
    func count(check outcome: GateMetric, since start: BootInstant) {
        let time = (BootInstant.now - start).nanoseconds
        scoreboard.withSlot(slot) { slot in
            slot.count(.gate(outcome))
            slot.measure(.checks, nanoseconds: time)
        }
    }

    /// Adds to a counter.
    func count(_ metric: Metric, by amount: UInt64 = 1) {
        guard amount > 0 else { return }
        scoreboard.withSlot(slot) { $0.count(metric, by: amount) }
    }

    /// Adds a duration to a histogram.
    func measure(_ latency: LatencyMetric, _ duration: Duration) {
        scoreboard.withSlot(slot) { $0.measure(latency, nanoseconds: duration.nanoseconds) }
    }

    /// Sets a gauge; nil for no value.
    func set(_ gauge: Gauge, to value: Int?) {
        scoreboard.withSlot(slot) { $0.set(gauge, to: value.map { UInt64(max(0, $0)) }) }
    }

    /// Adds the store's counts since the previous call.
    func count(_ counts: StoreCounts) {
        scoreboard.withSlot(slot) { slot in
            for metric in StoreMetric.allCases where counts[metric] > 0 {
                slot.count(.store(metric), by: UInt64(counts[metric]))
            }
            for latency in StoreLatency.allCases { slot.add(counts[latency], to: .store(latency)) }
        }
    }

    /// Sets the worker's state, and makes the supervisor look at the scoreboard.
    func set(_ state: WorkerState) {
        scoreboard.withSlot(slot) { $0.state.store(state.rawValue, ordering: .releasing) }
        ring()
    }

    /// Reports that a store refuses the worker's user or password, so that the supervisor looks whether there is another.
    func reportRefusedLogin() {
        scoreboard.withSlot(slot) { _ = $0.refusedLogins.wrappingAdd(1, ordering: .releasing) }
        ring()
    }

    private func ring() {
        var one: UInt64 = 1
        _ = unsafe write(bell.number, &one, 8)  // fails only if the eventfd is full, and then it is readable already
    }
}
