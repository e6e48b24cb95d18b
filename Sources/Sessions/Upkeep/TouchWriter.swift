internal import EventLoop
internal import Logging

/// Writes the last uses of sessions in batches, independently of checks. There is one batch at a time, so that a logout
/// on the same lane waits for at most one.
@EventLoop
final class TouchWriter {
    /// Called with the number of uses that were sent to PostgreSQL.
    var onWritten: (@EventLoop (Int) -> Void)?

    private let memory: SessionMemory
    private let lane: CommandLane
    private let log: Logger
    private var timer: LoopTimer?
    private var isWriting = false
    private var isStopped = false
    private var failure = LogCondition("last_seen_not_written")

    private static let batchSize = 500
    /// The delay before another attempt after a failure.
    private static let retryInterval = Duration.seconds(1)
    /// The maximum time for the last batches at the end.
    private static let finishTime = Duration.seconds(2)

    init(_ memory: SessionMemory, _ lane: CommandLane, log: Logger) {
        self.memory = memory
        self.lane = lane
        self.log = log
    }

    /// Starts writing. The first time is random, so that processes do not write in step.
    func start() {
        memory.onShorterIdleTimeout = { [weak self] in self?.scheduleAnew() }
        scheduleAnew()
    }

    private var interval: Duration { TouchInterval.interval(for: memory.shortestIdleTimeout) }

    private func scheduleAnew() {
        timer?.cancel()
        // A write under way schedules the next one itself.
        if !isWriting { schedule(after: interval * Double.random(in: 0.5...1)) }
    }

    /// Stops writing.
    func stop() {
        isStopped = true
        timer?.cancel()
    }

    /// Writes the pending uses, if possible soon, and stops.
    func finish() async {
        timer?.cancel()
        let deadline = BootInstant.now + Self.finishTime
        while isWriting, .now < deadline { await Reactor.shared.sleep(for: .milliseconds(10)) }
        if !isStopped, !isWriting { _ = await write(until: deadline) }
        stop()
    }

    private func schedule(after delay: Duration) {
        guard !isStopped else { return }
        timer = Reactor.shared.schedule(after: delay) { [weak self] in
            EventLoop.spawn {
                guard let self else { return }
                let isDone = await self.write(until: nil)
                self.schedule(after: isDone ? self.interval : min(self.interval, Self.retryInterval))
            }
        }
    }

    /// - Returns: True if everything is written.
    private func write(until deadline: BootInstant?) async -> Bool {
        isWriting = true
        defer { isWriting = false }
        memory.beginWritingTouches()
        var skipped: [SessionTouch] = []
        defer { memory.keepTouches(skipped) }
        while true {
            let batch = memory.takeTouches(atMost: Self.batchSize)
            if batch.isEmpty { return skipped.isEmpty }
            do throws(PostgreSQLError) {
                skipped += try await write(batch)
                if let fields = failure.end() { log.info("last-seen times are written again", metadata: fields) }
            } catch {
                if let fields = failure.begin() {
                    log.warning("writing last-seen times failed: \(error.reason)", metadata: fields)
                }
                memory.keepTouches(batch)
                return false
            }
            if let deadline, deadline < .now { return false }
        }
    }

    /// - Returns: The sessions whose rows are locked by others.
    private func write(_ batch: [SessionTouch]) async throws(PostgreSQLError) -> [SessionTouch] {
        let times = batch.compactMap { memory.databaseTime(at: $0.at) }
        guard times.count == batch.count else { throw .connection("the database's clock is not known yet") }
        let held = try await lane.run(
            TouchSessions(hashes: batch.map(\.hash), usedAt: times, freshness: TouchInterval.freshness))
        onWritten?(batch.count)
        guard !held.isEmpty else { return [] }
        let hashes = Set(held)
        return batch.filter { hashes.contains($0.hash) }
    }
}
