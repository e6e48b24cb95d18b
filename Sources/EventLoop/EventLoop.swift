internal import Glibc
internal import Synchronization

/// The event loop as a global actor. Declarations marked `@EventLoop` run on the loop's one thread, without locks, as
/// the compiler enforces. They must not block. A program without other work for its main thread gives it to the loop
/// with ``run(_:)``. In any other program the loop starts its own thread at its first use.
@globalActor
public actor EventLoop {
    /// The process's only event loop.
    public static let shared = EventLoop()

    /// The executor of the loop and of all tasks that ``spawn(_:)`` starts.
    package nonisolated let executor = EventLoopExecutor()

    /// The executor that runs the actor's jobs.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    /// The numbers of jobs that were enqueued by threads other than the loop's.
    package struct Statistics: Equatable, Sendable {
        /// The number of jobs from the threads of ``HelperThreads``, the only ones expected.
        package var enqueuedByHelperThreads = 0
        /// The number of jobs from all other threads: Swift's thread pool, a timer thread, an embedding program.
        package var enqueuedByOtherThreads = 0
    }

    /// The numbers since the start of the process.
    package nonisolated static var statistics: Statistics { shared.executor.statistics }

    /// Starts a task on the loop. All tasks start here: naming the executor keeps a task, its children and its
    /// continuations off Swift's thread pool.
    @discardableResult
    package static func spawn(_ body: @escaping @Sendable @EventLoop () async -> Void) -> Task<Void, Never> {
        Task(executorPreference: shared.executor) { @Sendable @EventLoop in await body() }
    }

    /// Calls `body`, which is isolated to the loop, from nonisolated code on the loop's thread. A call on any other
    /// thread is a runtime error.
    package static func assumeIsolated<T, E>(_ body: @EventLoop () throws(E) -> T) throws(E) -> T {
        shared.preconditionIsolated()
        return try withoutActuallyEscaping(body) { (body: @escaping @EventLoop () throws(E) -> T) throws(E) -> T in
            // The types differ only in isolation, which the line above has checked.
            try unsafe unsafeBitCast(body, to: (() throws(E) -> T).self)()
        }
    }

    /// Runs the loop on the calling thread until ``stop()``. `start` runs first, on the loop. The loop must not be in
    /// use yet: a program calls this method once, before anything else that concerns the loop.
    package nonisolated static func run(_ start: @EventLoop () -> Void) {
        let adopted = shared.executor.adoptCurrentThread()
        precondition(adopted, "the event loop already runs on another thread")
        assumeIsolated {
            start()
            Reactor.shared.run()
        }
    }

    /// Stops the loop after the present turn.
    @EventLoop package static func stop() { Reactor.shared.stop() }

    /// Starts the loop's own thread, in a program that has not called ``run(_:)``.
    nonisolated static func startOwnThread() {
        let hasStarted = HelperThreads.startThread(named: "event-loop", isHelper: false) {
            shared.executor.becomeOwner()
            assumeIsolated { Reactor.shared.run() }
        }
        precondition(hasStarted, "cannot start a thread for the event loop")
    }
}
