internal import EventLoop

/// Periodic work for one of all processes that share the database: the first one that asks when it is due. Each process
/// asks several times per interval, at random times, so that the work continues when the process that did it last is
/// gone.
@EventLoop
final class ClusterSchedule {
    private let interval: Duration
    /// Does the work if it is due.
    private let attempt: @EventLoop (ClusterSchedule) async -> Void
    private var timer: LoopTimer?
    /// The time of the next attempt, nil during one.
    private var nextAttempt: BootInstant?
    /// The time before which no further attempt is hastened.
    private var hastenedUntil: BootInstant?

    /// The maximum delay of a hastened attempt, and the minimum time between two.
    private static let (haste, rest) = (Duration.seconds(5), Duration.seconds(60))

    /// Stops. Work under way ends soon.
    private(set) var isStopped = false

    init(every interval: Duration, _ attempt: @escaping @EventLoop (ClusterSchedule) async -> Void) {
        self.interval = interval
        self.attempt = attempt
    }

    func start() { scheduleNext() }

    func stop() {
        isStopped = true
        timer?.cancel()
    }

    /// Asks within a few seconds, as there is urgent work, but no more than once a minute: it may be blocked.
    func hasten() {
        let now = BootInstant.now
        guard !isStopped, let nextAttempt, hastenedUntil.map({ $0 <= now }) ?? true else { return }
        hastenedUntil = now + Self.rest
        let delay = Self.haste * Double.random(in: 0...1)
        guard now + delay < nextAttempt else { return }
        timer?.cancel()
        schedule(after: delay)
    }

    private func scheduleNext() { schedule(after: interval / 4 * Double.random(in: 0.5...1)) }

    private func schedule(after delay: Duration) {
        guard !isStopped else { return }
        nextAttempt = .now + delay
        timer = Reactor.shared.schedule(after: delay) { [weak self] in
            self?.nextAttempt = nil
            EventLoop.spawn {
                guard let self else { return }
                await self.attempt(self)
                self.scheduleNext()
            }
        }
    }
}
