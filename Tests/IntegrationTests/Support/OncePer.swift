import Synchronization

/// Values that the tests of a suite share, made once for each key when they are first used.
final class OncePer<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private let make: @Sendable (Key) throws -> Value
    private let made = Mutex<[Key: Result<Value, any Error>]>([:])

    init(_ make: @escaping @Sendable (Key) throws -> Value) {
        self.make = make
    }

    /// Returns the value for a key.
    func get(_ key: Key) throws -> Value {
        let result = made.withLock { made in
            if let old = made[key] { return old }
            let new = Result { try make(key) }
            made[key] = new
            return new
        }
        return try result.get()
    }
}
