internal import CLinux
internal import Glibc
internal import Synchronization

/// The executor that runs jobs on the loop's one thread.
///
/// Jobs that the loop's own thread enqueues go to a plain array. Jobs from other threads go to a locked queue and wake
/// the loop through an eventfd. The type is both the serial executor of ``EventLoop`` and the task executor of every
/// task that ``EventLoop/spawn(_:)`` starts: naming both when a job runs lets a resumed continuation run in place.
package final class EventLoopExecutor: SerialExecutor, TaskExecutor, @unchecked Sendable {
    // Unchecked because of `local` and `running`: only the loop's own thread touches them, which `isOnLoop` ensures.
    // Everything else is atomic, locked or constant.
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
            // Happens only to a process without a free descriptor or memory at its very start.
            preconditionFailure("the event loop cannot start: \(error)")
        }
    }

    /// The eventfd that becomes readable when another thread has enqueued a job.
    var wakeUpDescriptor: Int32 { wakeUp.number }

    /// The numbers of jobs that other threads enqueued.
    var statistics: EventLoop.Statistics { remote.withLock { $0.statistics } }

    /// A Boolean value that indicates whether the calling thread is the loop's own.
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

    /// Makes the calling thread the loop's own.
    /// - Returns: False if the loop already has a thread.
    func adoptCurrentThread() -> Bool {
        let mayAdopt = remote.withLock { queue in
            defer { queue.hasOwner = true }
            return !queue.hasOwner
        }
        if mayAdopt { becomeOwner() }
        return mayAdopt
    }

    /// Records the calling thread as the loop's own. Called once, by that thread.
    func becomeOwner() { owner.store(UInt(pthread_self()), ordering: .releasing) }

    /// Runs all enqueued jobs, including those that they enqueue.
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

    /// A Boolean value that indicates whether the loop's own thread has enqueued jobs since ``runJobs()``.
    var hasJobs: Bool { !local.isEmpty }

    /// Takes over the jobs of other threads. Called when ``wakeUpDescriptor`` is readable.
    func takeRemoteJobs() {
        var counter: UInt64 = 0
        unsafe _ = read(wakeUp.number, &counter, 8)
        takeRemoteJobsWithoutWakeUp()
    }

    /// Takes over the jobs of other threads at the loop's start, before any wake-up.
    func takeRemoteJobsWithoutWakeUp() {
        remote.withLock { queue in
            local.append(contentsOf: queue.jobs)
            queue.jobs.removeAll(keepingCapacity: true)
        }
    }

    /// Wakes the loop.
    private func wake() {
        var one: UInt64 = 1
        unsafe _ = write(wakeUp.number, &one, 8)
    }
}
