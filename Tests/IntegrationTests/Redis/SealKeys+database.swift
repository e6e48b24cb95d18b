import EventLoop
import TestSupport

@testable import Sessions

extension SealKeys {
    /// The keys that a database has now, as its owner reads them.
    convenience init?(of database: SharedDatabase, secret: Secret? = nil) throws {
        let hex = try database.psql("SELECT encode(keys, 'hex') FROM current_redis_seal_keys()")
        self.init(packed: [UInt8](hex: hex.utf8) ?? [], secret: secret)
    }

    /// A key of 32 bytes.
    convenience init?(generation: UInt8, _ bytes: [UInt8]) {
        self.init(packed: [0, 0, 0, generation] + bytes, secret: nil)
    }
}
