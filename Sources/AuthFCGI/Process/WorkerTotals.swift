internal import Synchronization

/// The sums of what several workers have counted.
struct WorkerTotals: Equatable {
    private(set) var checks: UInt64 = 0
    private(set) var kept: UInt64 = 0
    private(set) var shared: UInt64 = 0
    private(set) var lookUps: UInt64 = 0
    private(set) var writtenUses: UInt64 = 0

    mutating func add(_ counters: borrowing WorkerCounters) {
        checks += counters.checks.load(ordering: .relaxed)
        kept += counters.kept.load(ordering: .relaxed)
        shared += counters.shared.load(ordering: .relaxed)
        lookUps += counters.lookUps.load(ordering: .relaxed)
        writtenUses += counters.writtenUses.load(ordering: .relaxed)
    }
}
