import Synchronization

/// A value that the tests of a suite share, made once for each protocol when it is first used.
final class OncePerProtocol<Value: Sendable>: Sendable {
    private let make: @Sendable () throws -> Value
    private let made = Mutex<[GateProtocol: Result<Value, any Error>]>([:])

    init(_ make: @escaping @Sendable () throws -> Value) {
        self.make = make
    }

    /// Returns the value for the protocol of the test.
    func get() throws -> Value {
        let form = GateProtocol.current
        let result = made.withLock { made in
            if let result = made[form] { return result }
            let result = Result { try make() }
            made[form] = result
            return result
        }
        return try result.get()
    }
}
