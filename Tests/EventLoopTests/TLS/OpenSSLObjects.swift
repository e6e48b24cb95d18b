import COpenSSL
import Glibc
import Synchronization

/// A count of the objects that OpenSSL allocates and frees on one thread: contexts, sessions, BIOs, certificates and
/// keys.
enum OpenSSLObjects {
    private static let kinds = [
        CRYPTO_EX_INDEX_SSL_CTX, CRYPTO_EX_INDEX_SSL, CRYPTO_EX_INDEX_BIO, CRYPTO_EX_INDEX_X509,
        CRYPTO_EX_INDEX_EVP_PKEY,
    ]
    /// The numbers of live objects by allocating thread and type.
    private static let counts = Mutex<[pthread_t: [Int: Int]]>([:])
    /// The callbacks that OpenSSL calls for each object of a type, for the lifetime of the process.
    private static let isWatching: Bool = {
        for kind in kinds {
            unsafe CRYPTO_get_ex_new_index(
                kind, Int(kind), nil,
                { _, _, _, _, kind, _ in OpenSSLObjects.add(1, kind) }, nil,
                { _, _, _, _, kind, _ in OpenSSLObjects.add(-1, kind) })
        }
        return true
    }()

    /// Returns the increase of each number by `body`.
    static func living(after body: () throws -> Void) rethrows -> [Int: Int] {
        precondition(isWatching)
        let thread = pthread_self()
        counts.withLock { $0[thread] = Dictionary(uniqueKeysWithValues: kinds.map { (Int($0), 0) }) }
        try body()
        return counts.withLock { $0.removeValue(forKey: thread) ?? [:] }
    }

    private static func add(_ change: Int, _ kind: Int) {
        let thread = pthread_self()
        counts.withLock { $0[thread]?[kind, default: 0] += change }
    }
}
