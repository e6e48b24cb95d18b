/// A value, such as a site, that the tests of a suite share, made once for each protocol in which nginx asks the gate.
final class OncePerProtocol<Value: Sendable>: Sendable {
    private let values: OncePer<GateProtocol, Value>

    init(_ make: @escaping @Sendable () throws -> Value) {
        values = OncePer { _ in try make() }
    }

    /// Returns the value for the protocol of the test.
    func get() throws -> Value { try values.get(GateProtocol.current) }
}
