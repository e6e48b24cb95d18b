import Synchronization

/// Values that the tests of a suite share, such as sites and servers: one for each key, made when it is first asked for.
///
/// They are released when the suite is over, so that its servers do not take the processor from those that follow. No test
/// is told of the end of a suite: it is over when some other suites have asked for theirs. That holds only where suites run
/// one after the other, as in `Tests/run`.
final class OncePer<Key: Hashable & Sendable, Value: Sendable>: SharedValues, Sendable {
    private let make: @Sendable (Key) throws -> Value
    private let made = Mutex<[Key: Result<Value, any Error>]>([:])

    init(_ make: @escaping @Sendable (Key) throws -> Value) {
        self.make = make
    }

    /// Returns the value for a key.
    func get(_ key: Key) throws -> Value {
        LastingValues.use(self)
        let result = made.withLock { made in
            if let old = made[key] { return old }
            let new = Result { try make(key) }
            made[key] = new
            return new
        }
        return try result.get()
    }

    func release() {
        // Servers are stopped outside of the lock.
        let released = made.withLock { made in
            defer { made = [:] }
            return made
        }
        _ = consume released
    }
}
