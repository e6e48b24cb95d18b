internal import EventLoop

/// The timer of a lane's state machine: fires at the machine's next time limit or earlier.
@EventLoop
final class LaneTimer {
    private let action: @EventLoop () -> Void
    private var timer: (timer: LoopTimer, at: BootInstant)?

    /// - Parameter action: The handler of the time limit. A call before the limit must do no harm.
    init(_ action: @escaping @EventLoop () -> Void) {
        self.action = action
    }

    /// Sets the timer to a time limit. A timer set to an earlier one is kept: to set it anew at each event would cost more
    /// than a call that comes too early.
    func set(to limit: BootInstant) {
        if let timer, timer.at <= limit { return }
        cancel()
        let next = Reactor.shared.schedule(at: limit) { [weak self] in
            guard let self else { return }
            timer = nil
            action()
        }
        timer = (next, limit)
    }

    func cancel() {
        timer?.timer.cancel()
        timer = nil
    }
}
