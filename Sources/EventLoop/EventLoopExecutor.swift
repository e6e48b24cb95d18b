internal import CLinux
internal import Glibc
internal import Synchronization

/// Runs jobs on the one thread that owns the loop.
///
/// Jobs that the loop's own thread enqueues go to a plain array. Jobs from elsewhere go through a locked queue and wake
/// the loop with an eventfd. It is both the serial executor of ``EventLoop`` and the task executor of every task that
/// ``EventLoop/spawn(_:)`` starts: naming both when a job runs lets a resumed continuation go on in place.
package final class EventLoopExecutor: SerialExecutor, TaskExecutor, @unchecked Sendable {
    // Unchecked because of `local` and `running`: both are touched by the loop's own thread alone, which `isOnLoop`
    // makes sure of; everything else is atomic, locked or constant.
    private var local: [UnownedJob] = []
    private var running: [UnownedJob] = []
    private let remote = Mutex(RemoteQueue())
    private let owner = Atomic<UInt>(0)
    private let wakeUp: FileDescriptor

    private struct RemoteQueue {
        var jobs: [UnownedJob] = []
        var hasOwner = false
        var statistics = EventLoop.Statistics()
    }

    init() {
        local.reserveCapacity(256)
        running.reserveCapacity(256)
        do throws(SystemError) {
            wakeUp = try FileDescriptor("eventfd", eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK)))
        } catch {
            // Only a process without a single free descriptor or byte of memory comes here, at its very start.
            preconditionFailure("the event loop cannot start: \(error)")
        }
    }

    /// The eventfd that becomes readable when another thread has enqueued something.
    var wakeUpDescriptor: Int32 { wakeUp.number }

    /// How often jobs came from outside the loop, and from whom.
    var statistics: EventLoop.Statistics { remote.withLock { $0.statistics } }

    /// Whether the calling thread is the loop's own.
    var isOnLoop: Bool { owner.load(ordering: .relaxed) == UInt(pthread_self()) }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if isOnLoop {
            local.append(job)
            return
        }
        let (wasEmpty, hasOwner) = remote.withLock { queue in
            let wasEmpty = queue.jobs.isEmpty
            queue.jobs.append(job)
            if HelperThreads.isCurrentThread {
                queue.statistics.enqueuedByHelperThreads += 1
            } else {
                queue.statistics.enqueuedByOtherThreads += 1
            }
            defer { queue.hasOwner = true }
            return (wasEmpty, queue.hasOwner)
        }
        if !hasOwner {
            EventLoop.startOwnThread()
        } else if wasEmpty {
            wake()
        }
    }

    package func checkIsolated() {
        precondition(isOnLoop, "this may only be called on the event loop")
    }

    package func isIsolatingCurrentContext() -> Bool? { isOnLoop }

    /// Makes the calling thread the loop's own, or refuses because another one is it already.
    func adoptCurrentThread() -> Bool {
        let mayAdopt = remote.withLock { queue in
            defer { queue.hasOwner = true }
            return !queue.hasOwner
        }
        if mayAdopt { becomeOwner() }
        return mayAdopt
    }

    /// Called by the thread that runs the loop, once, after it was chosen.
    func becomeOwner() { owner.store(UInt(pthread_self()), ordering: .releasing) }

    /// Runs everything that is enqueued, and what that enqueues, until nothing is left.
    func runJobs() {
        repeat {
            swap(&running, &local)
            for index in running.indices {
                unsafe running[index].runSynchronously(
                    isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
            }
            running.removeAll(keepingCapacity: true)
        } while !local.isEmpty
    }

    /// Whether something was enqueued since ``runJobs()`` on the loop's own thread.
    var hasJobs: Bool { !local.isEmpty }

    /// Takes over what other threads enqueued; called when ``wakeUpDescriptor`` is readable.
    func takeRemoteJobs() {
        var counter: UInt64 = 0
        unsafe _ = read(wakeUp.number, &counter, 8)
        takeRemoteJobsWithoutWakeUp()
    }

    /// The same at the loop's start, when nothing has woken it yet.
    func takeRemoteJobsWithoutWakeUp() {
        remote.withLock { queue in
            local.append(contentsOf: queue.jobs)
            queue.jobs.removeAll(keepingCapacity: true)
        }
    }

    /// Makes the loop turn.
    private func wake() {
        var one: UInt64 = 1
        unsafe _ = write(wakeUp.number, &one, 8)
    }
}
