import Synchronization
import TestSupport

/// Makes a PostgreSQL server slow: the backends of its clients stand still for most of the time, all at once, until
/// `stop()`.
final class StutteringBackends: Sendable {
    private final class Shared: Sendable {
        let isStopping = Atomic(false)
    }

    private let shared = Shared()
    private let thread: JoinableThread

    /// - Parameters:
    ///   - stopped: how long they stand still each time.
    ///   - running: how long they go on in between.
    init(of server: PostgreSQLServer, stopped: Duration, running: Duration) throws {
        let postmaster = try server.processIdentifier
        let shared = shared
        thread = JoinableThread {
            while !shared.isStopping.load(ordering: .relaxed) {
                // "postgres: user database [local] state"; the server's own processes have no client.
                let backends = ProcessInspector(postmaster).children.filter {
                    ProcessInspector($0).commandLine.contains("[local]")
                }
                // One that ends meanwhile needs no freezing.
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

    /// From now on they all run.
    func stop() {
        shared.isStopping.store(true, ordering: .relaxed)
        thread.join()
    }
}
