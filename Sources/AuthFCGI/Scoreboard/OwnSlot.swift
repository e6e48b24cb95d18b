internal import EventLoop
internal import Glibc
internal import Sessions
internal import Synchronization

/// A worker's own slot of the scoreboard, and the bell that makes the supervisor look at it.
final class OwnSlot: Sendable {
    private let scoreboard: Scoreboard
    private let number: Int
    private let bell: FileDescriptor

    /// - Parameter number: the slot's number.
    init(scoreboard: Scoreboard, number: Int, bell: consuming FileDescriptor) {
        self.scoreboard = scoreboard
        self.number = number
        self.bell = bell
    }

    /// Records a turn of the event loop.
    func tick() {
        scoreboard.withSlot(number) { $0.lastTick.store(MonotonicInstant.now.nanoseconds, ordering: .relaxed) }
    }

    /// Adds one to a counter.
    func count(_ metric: Metric) { scoreboard.withSlot(number) { $0.count(metric) } }

    /// Adds the store's counts since the previous call.
    func count(_ counts: StoreCounts) {
        scoreboard.withSlot(number) { slot in
            for metric in StoreMetric.allCases { slot.count(.store(metric), by: UInt64(counts[metric])) }
        }
    }

    /// Sets the worker's state, and makes the supervisor look at the scoreboard.
    func set(_ state: WorkerState) {
        scoreboard.withSlot(number) { $0.state.store(state.rawValue, ordering: .releasing) }
        ring()
    }

    /// Reports that a store refuses the worker's user or password, so that the supervisor looks whether there is another.
    func reportRefusedLogin() {
        scoreboard.withSlot(number) { _ = $0.refusedLogins.wrappingAdd(1, ordering: .releasing) }
        ring()
    }

    private func ring() {
        var one: UInt64 = 1
        _ = unsafe write(bell.number, &one, 8)  // fails only if the eventfd is full, and then it is readable already
    }
}
