internal import EventLoop
internal import Synchronization

/// A worker as the scoreboard shows it at one moment.
struct WorkerReading: Equatable, Sendable {
    /// The number of the worker, which its successor has too.
    let number: Int
    let pid: Int
    let state: WorkerState
    let startedAt: BootInstant
    /// The time since the last turn of the event loop; nil before the first.
    let idleTime: Duration?
    /// The number of open connections; nil before it is known.
    let connections: Int?
    /// True if PostgreSQL answered the worker when it last wrote its figures.
    let isConnected: Bool

    /// - Returns: nil for a slot that no process uses.
    init?(_ slot: borrowing ScoreboardSlot) {
        let started = slot.startedAt.load(ordering: .acquiring)
        guard started > 0 else { return nil }
        number = Int(slot.number.load(ordering: .relaxed))
        pid = Int(slot.pid.load(ordering: .relaxed))
        state = WorkerState(rawValue: slot.state.load(ordering: .acquiring)) ?? .starting
        startedAt = BootInstant(nanoseconds: Int64(clamping: started))
        let tick = slot.lastTick.load(ordering: .relaxed)
        idleTime = tick == 0 ? nil : max(.zero, MonotonicInstant.now - MonotonicInstant(nanoseconds: tick))
        connections = slot.value(of: .connections).map { Int(clamping: $0) }
        isConnected = slot.value(of: .connected) == 1
    }

    /// A Boolean value that indicates whether the worker answers checks, and PostgreSQL answers it. A frozen worker does not
    /// change what it has written.
    var answersChecks: Bool {
        state == .serving && isConnected && idleTime.map { $0 < Self.longestTurn } == true
    }

    /// The time without a turn of the event loop after which a worker counts as frozen. It writes its figures four times a
    /// second.
    private static let longestTurn = Duration.seconds(1)
}
