import EventLoop
import Synchronization

@testable import Sessions

/// Stores that end with this object: each has a connection to the PostgreSQL that all suites share.
final class OpenStores: Sendable {
    private let stores = Mutex<[SessionStore]>([])

    func add(_ store: SessionStore) { stores.withLock { $0.append(store) } }

    deinit {
        let all = stores.withLock { $0 }
        EventLoop.spawn { for store in all { store.close() } }
    }
}
