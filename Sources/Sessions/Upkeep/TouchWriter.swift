internal import EventLoop
internal import Logging

/// Writes down in batches when sessions were last used: off the path of checks, and one batch after the other, so that a
/// logout on the same lane waits for one batch at most.
@EventLoop
final class TouchWriter {
    /// Called with how many uses PostgreSQL was given.
    var onWritten: (@EventLoop (Int) -> Void)?

    private let memory: SessionMemory
    private let lane: CommandLane
    private let log: Logger
    private var timer: LoopTimer?
    private var isWriting = false
    private var isStopped = false
    private var failure = LogEpisode()

    private static let batchSize = 500
    /// How soon to try again what was not possible.
    private static let retryInterval = Duration.seconds(1)
    /// How long the end may wait for the last batches.
    private static let finishTime = Duration.seconds(2)

    init(_ memory: SessionMemory, _ lane: CommandLane, log: Logger) {
        self.memory = memory
        self.lane = lane
        self.log = log
    }

    /// Writes from now on. The first time comes at random, so that many processes do not write in step.
    func start() {
        memory.onShorterIdleTimeout = { [weak self] in self?.scheduleAnew() }
        scheduleAnew()
    }

    private var interval: Duration { TouchInterval.interval(for: memory.shortestIdleTimeout) }

    private func scheduleAnew() {
        timer?.cancel()
        // A turn that is being written schedules the next one itself.
        if !isWriting { schedule(after: interval * Double.random(in: 0.5...1)) }
    }

    /// Writes no more.
    func stop() {
        isStopped = true
        timer?.cancel()
    }

    /// Writes what there is, if that is possible soon, and then no more.
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

    /// - Returns: whether everything is written.
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
                _ = failure.end()
            } catch {
                if failure.begin() { log.warning("writing last-seen times failed: \(error.reason)") }
                memory.keepTouches(batch)
                return false
            }
            if let deadline, deadline < .now { return false }
        }
    }

    /// - Returns: those whose rows somebody else holds.
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
