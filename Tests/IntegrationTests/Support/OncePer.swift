import Synchronization

/// Values that the tests of a suite share, made once for each key when they are first used.
final class OncePer<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private let make: @Sendable (Key) throws -> Value
    private let made = Mutex<[Key: Result<Value, any Error>]>([:])

    init(each make: @escaping @Sendable (Key) throws -> Value) {
        self.make = make
    }

    /// Returns the value for a key.
    func get(_ key: Key) throws -> Value {
        let result = made.withLock { made in
            if let result = made[key] { return result }
            let result = Result { try make(key) }
            made[key] = result
            return result
        }
        return try result.get()
    }
}

/// A site, or more than that, for each protocol in which nginx asks the gate.
typealias OncePerProtocol<Value: Sendable> = OncePer<GateProtocol, Value>

extension OncePer where Key == GateProtocol {
    convenience init(_ make: @escaping @Sendable () throws -> Value) {
        self.init(each: { _ in try make() })
    }

    /// Returns the value for the protocol of the test.
    func get() throws -> Value { try get(GateProtocol.current) }
}
