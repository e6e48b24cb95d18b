import Synchronization
import TestSupport

/// Makes a PostgreSQL server slow: all backends of its clients are stopped together for most of the time, until
/// `stop()`.
final class StutteringBackends: Sendable {
    private final class Shared: Sendable {
        let isStopping = Atomic(false)
    }

    private let shared = Shared()
    private let thread: JoinableThread

    /// Starts the delays.
    ///
    /// - Parameters:
    ///   - stopped: The duration of each stop.
    ///   - running: The time between two stops.
    init(of server: PostgreSQLServer, stopped: Duration, running: Duration) throws {
        let postmaster = try server.processIdentifier
        let shared = shared
        thread = JoinableThread {
            while !shared.isStopping.load(ordering: .relaxed) {
                // "postgres: user database [local] state". The server's own processes have no client.
                let backends = ProcessInspector(postmaster).children.filter {
                    ProcessInspector($0).commandLine.contains("[local]")
                }
                // A backend that has ended cannot be frozen.
                let frozen = backends.compactMap { try? FrozenProcess($0) }
                sleepThread(for: stopped)
                for backend in frozen { backend.resume() }
                sleepThread(for: running)
            }
        }
    }

    deinit {
        stop()
    }

    /// Resumes the backends permanently.
    func stop() {
        shared.isStopping.store(true, ordering: .relaxed)
        thread.join()
    }
}
