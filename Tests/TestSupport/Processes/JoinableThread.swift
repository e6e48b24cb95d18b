import Glibc
import Synchronization

/// A thread that can be joined.
package final class JoinableThread: Sendable {
    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    private let thread: Mutex<pthread_t?>

    package init(_ body: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        // The thread takes over the reference that passRetained creates.
        let body = unsafe Unmanaged.passRetained(Body(body)).toOpaque()
        let result = unsafe pthread_create(
            &thread, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                unsafe Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, body)
        precondition(result == 0, "no thread: \(result)")
        self.thread = Mutex(thread)
    }

    /// Waits for the end of the thread. Later calls return at once.
    package func join() {
        let joined = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        if let joined { pthread_join(joined, nil) }
    }
}
