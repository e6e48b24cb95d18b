internal import EventLoop

/// Something that is done once an interval, in one process of all that share the database: whoever asks first when it
/// is time. Each asks several times an interval, at random times, so that it happens about then also when the process
/// that did it last time is gone.
@EventLoop
final class ClusterSchedule {
    private let interval: Duration
    /// Asks whether it is time, and if so does it.
    private let attempt: @EventLoop (ClusterSchedule) async -> Void
    private var timer: LoopTimer?
    /// Whoever is in the middle of it ends soon.
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
