import COpenSSL
import Glibc
import Synchronization

/// Counts what OpenSSL makes and frees on one thread: contexts, sessions, BIOs, certificates and keys.
enum OpenSSLObjects {
    private static let kinds = [
        CRYPTO_EX_INDEX_SSL_CTX, CRYPTO_EX_INDEX_SSL, CRYPTO_EX_INDEX_BIO, CRYPTO_EX_INDEX_X509,
        CRYPTO_EX_INDEX_EVP_PKEY,
    ]
    /// Made and not freed, for each thread that made them and each kind.
    private static let counts = Mutex<[pthread_t: [Int: Int]]>([:])
    /// OpenSSL calls these for each object of a kind, for as long as the process lives.
    private static let isWatching: Bool = {
        for kind in kinds {
            unsafe CRYPTO_get_ex_new_index(
                kind, Int(kind), nil,
                { _, _, _, _, kind, _ in OpenSSLObjects.add(1, kind) }, nil,
                { _, _, _, _, kind, _ in OpenSSLObjects.add(-1, kind) })
        }
        return true
    }()

    /// How many more there are of each kind after `body` than before it.
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
