internal import CLinux
internal import Glibc

/// The loop itself. One turn runs the jobs, flushes the writes gathered by the handlers, waits for descriptors and
/// timers, and calls their handlers.
@EventLoop
package final class Reactor {
    /// The process's only reactor.
    package static let shared = Reactor()

    /// A hook that runs at least twice a second as long as the loop turns, to detect a stalled loop.
    package var onTick: (@EventLoop () -> Void)?

    private let executor = EventLoop.shared.executor
    private let poller = Poller()
    private let timers = TimerQueue()
    private var standstills = StandstillWatch()
    private var flushes: [any TurnEndHandler] = []
    private var flushing: [any TurnEndHandler] = []
    private var isStopping = false

    /// The longest wait for events. Bounds the delay of a timer after the machine slept, and the age of a tick.
    private static let maxWait = Duration.milliseconds(500)

    /// The shortest time between two ticks.
    private static let tickInterval = Duration.milliseconds(50)

    private init() {}

    /// The end of the last standstill of the loop, or nil if there was none: see ``StandstillWatch``. It may have been within
    /// the present turn, so what reads the clock after this compares it with limits that the standstill has extended.
    package var lastStandstill: BootInstant? {
        standstills.turned(at: .now, afterWaiting: .zero)
        return standstills.lastEnd
    }

    /// Runs turns until ``stop()``.
    func run() {
        executor.takeRemoteJobsWithoutWakeUp()
        poller.add(executor.wakeUpDescriptor, [.readable], WakeUpHandler())
        // The clock is read once per turn. Waits are computed from the turn's start, so a timer may be late by the
        // duration of the turn, and is never early.
        var now = BootInstant.now
        var nextTick = now
        while !isStopping {
            finishTurn()
            if isStopping { break }
            let wait = timers.wait(at: now, atMost: Self.maxWait)
            poller.wait(wait)
            // Before the handlers: what has arrived during a standstill counts.
            standstills.turned(at: .now, afterWaiting: wait)
            poller.callHandlers()
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

    /// Runs jobs and flushes until both are exhausted.
    private func finishTurn() {
        repeat {
            executor.runJobs()
            swap(&flushes, &flushing)
            for handler in flushing { handler.turnEnds() }
            flushing.removeAll(keepingCapacity: true)
        } while executor.hasJobs || !flushes.isEmpty
    }

    /// Calls `handler` once after the present turn has run all its jobs: the time to send in one write the output of
    /// the turn.
    package func atTurnEnd(_ handler: any TurnEndHandler) { flushes.append(handler) }

    /// Registers `descriptor`. It must be removed before it is closed.
    package func add(_ descriptor: Int32, _ interest: Readiness, _ handler: any ReadinessHandler) {
        poller.add(descriptor, interest, handler)
    }

    /// Changes the events that `descriptor` waits for.
    package func change(_ descriptor: Int32, _ interest: Readiness) { poller.change(descriptor, interest) }

    /// Removes `descriptor`. Its events of the present turn that have not been delivered yet are dropped.
    package func remove(_ descriptor: Int32) { poller.remove(descriptor) }

    /// Removes a descriptor that is closed right afterwards, which also removes it from the kernel's set.
    package func forget(_ descriptor: Int32) { poller.forget(descriptor) }

    /// Calls `action` once after `delay`, unless the timer is cancelled first.
    @discardableResult
    package func schedule(after delay: Duration, _ action: @escaping @EventLoop () -> Void) -> LoopTimer {
        schedule(at: .now + delay, action)
    }

    /// Calls `action` once at `deadline`, unless the timer is cancelled first.
    @discardableResult
    package func schedule(at deadline: BootInstant, _ action: @escaping @EventLoop () -> Void) -> LoopTimer {
        timers.add(deadline, action)
    }

    /// Suspends the calling task. Uses the loop's own timers, since `Task.sleep` starts threads.
    package func sleep(for duration: Duration) async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            _ = schedule(after: duration) { continuation.resume() }
        }
    }
}

/// An object that gathers work during a turn and sends it at the turn's end.
package protocol TurnEndHandler: AnyObject {
    /// Sends the gathered work. Called once per registration with ``Reactor/atTurnEnd(_:)``.
    @EventLoop func turnEnds()
}

/// The handler of the eventfd with which other threads wake the loop.
@EventLoop
private final class WakeUpHandler: ReadinessHandler {
    func ready(_ readiness: Readiness) { EventLoop.shared.executor.takeRemoteJobs() }
}
