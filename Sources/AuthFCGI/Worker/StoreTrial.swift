internal import EventLoop
internal import Sessions

/// The first use of a store, by a worker that is to take over from another one, or to check settings. It succeeds with the
/// first look-up that is answered. The answers of heartbeats are not enough: they do not read the table of sessions, which
/// may be locked.
@EventLoop
final class StoreTrial {
    private enum State {
        /// → succeeded, failed
        case running
        case succeeded
        /// The time limit has passed.
        case failed
    }

    private var state = State.running
    private let store: SessionStore
    private let limit: Duration
    /// The reason why the last look-up failed.
    private var failure: String?

    /// The time between two look-ups.
    private static let interval = Duration.milliseconds(100)

    init(_ store: SessionStore, limit: Duration) {
        self.store = store
        self.limit = limit
    }

    /// Begins before the store is started. Calls one of the closures, once.
    /// - Parameters:
    ///   - succeed: the store can be used.
    ///   - fail: it could not be used within the limit, for the reason given.
    func start(succeed: @escaping @EventLoop () -> Void, fail: @escaping @EventLoop (String) -> Void) {
        Reactor.shared.schedule(after: limit) { [self] in
            guard state == .running else { return }
            state = .failed
            fail(store.connectionFailure ?? failure ?? "no answer")
        }
        store.onFirstUse = { [self] in
            EventLoop.spawn { [self] in
                while state == .running {
                    do throws(SessionStoreError) {
                        try await store.tryLookUp()
                        guard state == .running else { return }
                        state = .succeeded
                        succeed()
                    } catch {
                        failure = error.reason
                        await Reactor.shared.sleep(for: Self.interval)
                    }
                }
            }
        }
    }
}
