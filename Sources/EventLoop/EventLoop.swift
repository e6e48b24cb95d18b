internal import Glibc
internal import Synchronization

/// The event loop as a global actor: what is marked `@EventLoop` runs on the loop's one thread, by the compiler's word,
/// without locks. Nothing on it may block.
///
/// A program that has nothing else to do gives the loop its main thread with ``run()``. In any other program the loop
/// starts a thread of its own at the first use.
@globalActor
public actor EventLoop {
    public static let shared = EventLoop()

    package nonisolated let executor = EventLoopExecutor()

    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    /// How often jobs reached the loop from outside it.
    package struct Statistics: Equatable, Sendable {
        /// From the threads of ``HelperThreads``: the only ones that should.
        package var enqueuedByHelperThreads = 0
        /// From anywhere else: Swift's thread pool, a timer thread, a foreign program.
        package var enqueuedByOtherThreads = 0
    }

    package nonisolated static var statistics: Statistics { shared.executor.statistics }

    /// Starts a task on the loop: the one way to do so. Naming the executor keeps the task, its children and its
    /// continuations away from Swift's own thread pool.
    @discardableResult
    package static func spawn(_ body: @escaping @Sendable @EventLoop () async -> Void) -> Task<Void, Never> {
        Task(executorPreference: shared.executor) { @Sendable @EventLoop in await body() }
    }

    /// Calls `body`, which is isolated to the loop, from plain code that runs on the loop's thread.
    package static func assumeIsolated<T, E>(_ body: @EventLoop () throws(E) -> T) throws(E) -> T {
        shared.preconditionIsolated()
        return try withoutActuallyEscaping(body) { (body: @escaping @EventLoop () throws(E) -> T) throws(E) -> T in
            // The closure's type differs only in whom it belongs to, and that was checked a line above.
            try unsafe unsafeBitCast(body, to: (() throws(E) -> T).self)()
        }
    }

    /// Makes the calling thread the loop's own and runs the loop until ``stop()``. `start` runs first, on the loop.
    ///
    /// The loop must not be in use already: a program calls this once, before anything else that concerns the loop.
    package nonisolated static func run(_ start: @EventLoop () -> Void) {
        let adopted = shared.executor.adoptCurrentThread()
        precondition(adopted, "the event loop runs on another thread already")
        assumeIsolated {
            start()
            Reactor.shared.run()
        }
    }

    /// Ends ``run(_:)`` after the present turn.
    @EventLoop package static func stop() { Reactor.shared.stop() }

    /// Starts the thread that carries the loop in a program that has not given it one.
    nonisolated static func startOwnThread() {
        let hasStarted = HelperThreads.startThread(named: "event-loop", isHelper: false) {
            shared.executor.becomeOwner()
            assumeIsolated { Reactor.shared.run() }
        }
        precondition(hasStarted, "the system has no thread for the event loop")
    }
}
