internal import HeapModule

/// A timer of the loop.
@EventLoop
package final class LoopTimer {
    fileprivate var action: (@EventLoop () -> Void)?

    fileprivate init(_ action: @escaping @EventLoop () -> Void) {
        self.action = action
    }

    /// Cancels the timer: its action is not called any more.
    package func cancel() { action = nil }
}

/// A queue of timers by deadline. Timers with equal deadlines fire in the order of their creation. Time is passed in.
@EventLoop
final class TimerQueue {
    private struct Entry: Comparable {
        let deadline: BootInstant
        let number: UInt64
        let timer: LoopTimer

        static func < (a: Entry, b: Entry) -> Bool { (a.deadline, a.number) < (b.deadline, b.number) }
        static func == (a: Entry, b: Entry) -> Bool { a.number == b.number }
    }

    private var entries = Heap<Entry>()
    private var added: UInt64 = 0

    func add(_ deadline: BootInstant, _ action: @escaping @EventLoop () -> Void) -> LoopTimer {
        let timer = LoopTimer(action)
        added += 1
        entries.insert(Entry(deadline: deadline, number: added, timer: timer))
        return timer
    }

    /// Returns the time until the next timer is due, at most `limit`.
    func wait(at now: BootInstant, atMost limit: Duration) -> Duration {
        while let first = entries.min, first.timer.action == nil { entries.removeMin() }
        guard let first = entries.min else { return limit }
        return first.deadline <= now ? .zero : min(first.deadline - now, limit)
    }

    /// Calls the actions of all due timers. Timers that they add wait for the next turn.
    func fire(at now: BootInstant) {
        var due: [LoopTimer] = []
        while let first = entries.min, first.deadline <= now { due.append(entries.removeMin().timer) }
        for timer in due {
            let action = timer.action
            timer.action = nil
            action?()
        }
    }
}
