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

    private func scheduleNext() {
        guard !isStopped else { return }
        timer = Reactor.shared.schedule(after: interval / 4 * Double.random(in: 0.5...1)) { [weak self] in
            EventLoop.spawn {
                guard let self else { return }
                await self.attempt(self)
                self.scheduleNext()
            }
        }
    }
}
