internal import CLinux
internal import Glibc

/// What the descriptors and the time have to tell: one turn runs the jobs, lets lanes send what they gathered, waits
/// for descriptors and timers, and calls their handlers.
@EventLoop
package final class Reactor {
    package static let shared = Reactor()

    /// Called as long as the loop goes on turning, at least twice a second, for whoever watches that it does.
    package var onTick: (@EventLoop () -> Void)?

    private let executor = EventLoop.shared.executor
    private let poller = Poller()
    private let timers = TimerQueue()
    private var flushes: [any TurnEndHandler] = []
    private var flushing: [any TurnEndHandler] = []
    private var isStopping = false

    /// The longest wait: bounds how late a timer may be after the machine slept, and how old a tick may be.
    private static let maxWait = Duration.milliseconds(500)

    /// Ticks closer to each other tell nothing new.
    private static let tickInterval = Duration.milliseconds(50)

    private init() {}

    /// Runs turns until ``stop()``.
    func run() {
        executor.takeRemoteJobsWithoutWakeUp()
        poller.add(executor.wakeUpDescriptor, [.readable], WakeUpHandler())
        // The clock is read once a turn: a wait is reckoned from the turn's beginning, so a timer may be late by what
        // the turn took, and never early.
        var now = BootInstant.now
        var nextTick = now
        while !isStopping {
            finishTurn()
            if isStopping { break }
            poller.wait(timers.wait(at: now, atMost: Self.maxWait))
            now = .now
            if now >= nextTick {
                onTick?()
                nextTick = now + Self.tickInterval
            }
            timers.fire(at: now)
        }
        finishTurn()
    }

    func stop() { isStopping = true }

    /// Runs jobs and flushes until neither makes the other necessary again.
    private func finishTurn() {
        repeat {
            executor.runJobs()
            swap(&flushes, &flushing)
            for handler in flushing { handler.turnEnds() }
            flushing.removeAll(keepingCapacity: true)
        } while executor.hasJobs || !flushes.isEmpty
    }

    /// Has `handler` called once when the present turn has run all its jobs: the moment to send in one write what the
    /// turn gathered.
    package func atTurnEnd(_ handler: any TurnEndHandler) { flushes.append(handler) }

    /// Has `handler` told when `descriptor` is ready. The descriptor must be taken out again before it is closed.
    package func add(_ descriptor: Int32, _ interest: Readiness, _ handler: any ReadinessHandler) {
        poller.add(descriptor, interest, handler)
    }

    /// Changes what `descriptor` waits for.
    package func change(_ descriptor: Int32, _ interest: Readiness) { poller.change(descriptor, interest) }

    /// Takes `descriptor` out; events of the present turn that have not been delivered yet are dropped.
    package func remove(_ descriptor: Int32) { poller.remove(descriptor) }

    /// The same for a descriptor that will be closed right away, for which the kernel needs no word.
    package func forget(_ descriptor: Int32) { poller.forget(descriptor) }

    /// Calls `action` once, `delay` from now, unless the timer is cancelled first.
    @discardableResult
    package func schedule(after delay: Duration, _ action: @escaping @EventLoop () -> Void) -> LoopTimer {
        schedule(at: .now + delay, action)
    }

    /// Calls `action` once, at `deadline`, unless the timer is cancelled first.
    @discardableResult
    package func schedule(at deadline: BootInstant, _ action: @escaping @EventLoop () -> Void) -> LoopTimer {
        timers.add(deadline, action)
    }

    /// Suspends the calling task; the loop's own timer, since `Task.sleep` starts threads.
    package func sleep(for duration: Duration) async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            _ = schedule(after: duration) { continuation.resume() }
        }
    }
}

/// Somebody who gathers work during a turn and sends it at its end.
package protocol TurnEndHandler: AnyObject {
    @EventLoop func turnEnds()
}

/// Brings in the jobs of other threads.
@EventLoop
private final class WakeUpHandler: ReadinessHandler {
    func ready(_ readiness: Readiness) { EventLoop.shared.executor.takeRemoteJobs() }
}
