import EventLoop
import Synchronization

@testable import Sessions

/// Stores that end with this object. Each has a connection to the shared PostgreSQL.
final class OpenStores: Sendable {
    private let stores = Mutex<[SessionStore]>([])

    func add(_ store: SessionStore) { stores.withLock { $0.append(store) } }

    deinit {
        let all = stores.withLock { $0 }
        EventLoop.spawn { for store in all { store.close() } }
    }
}
