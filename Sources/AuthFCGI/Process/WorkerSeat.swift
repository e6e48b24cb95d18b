internal import EventLoop
internal import Glibc
internal import Sessions
internal import Synchronization

/// A worker's own page on the board, and the bell that makes the supervisor look at it.
final class WorkerSeat: Sendable {
    /// The pages of all workers.
    let board: WorkerBoard
    /// The number of this worker's page.
    let number: Int
    private let bell: FileDescriptor

    init(board: WorkerBoard, number: Int, bell: consuming FileDescriptor) {
        self.board = board
        self.number = number
        self.bell = bell
    }

    /// The process has begun to use the page.
    func take() {
        tick()
        board.withPage(number) { $0.process.store(UInt64(getpid()), ordering: .releasing) }
    }

    /// The loop turns.
    func tick() {
        board.withPage(number) { $0.lastTick.store(MonotonicInstant.now.nanoseconds, ordering: .relaxed) }
    }

    /// One more check was asked for.
    func countCheck() {
        // Nobody else writes it, so that it needs no atomic addition.
        board.withPage(number) { page in
            let checks = page.counters.checks.load(ordering: .relaxed)
            page.counters.checks.store(checks + 1, ordering: .relaxed)
        }
    }

    /// The store has counted this since the last time.
    func count(_ counts: SessionStoreCounts) {
        board.withPage(number) { page in
            page.counters.kept.add(UInt64(counts.kept), ordering: .relaxed)
            page.counters.shared.add(UInt64(counts.shared), ordering: .relaxed)
            page.counters.lookUps.add(UInt64(counts.lookUps), ordering: .relaxed)
            page.counters.writtenUses.add(UInt64(counts.writtenUses), ordering: .relaxed)
        }
    }

    /// Says what the worker does now.
    func say(_ state: WorkerState) {
        board.withPage(number) { $0.state.store(state.rawValue, ordering: .releasing) }
        var one: UInt64 = 1
        _ = unsafe write(bell.number, &one, 8)  // full, it rings anyway
    }
}
