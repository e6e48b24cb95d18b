/// The value that the tests of a suite share. See ``OncePer``.
final class OncePerSuite<Value: Sendable>: Sendable {
    private struct Only: Hashable {}

    private let value: OncePer<Only, Value>

    init(_ make: @escaping @Sendable () throws -> Value) {
        value = OncePer { _ in try make() }
    }

    func get() throws -> Value { try value.get(Only()) }
}
