/// A value that must not be seen: whatever prints, interpolates, dumps or logs it gets a fixed text.
public struct Secret: Equatable, Sendable {
    private let value: String

    /// - Parameter value: what must not be seen; any text.
    public init(_ value: String) {
        self.value = value
    }

    /// The value itself, for the one call that needs it.
    public func reveal() -> String { value }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// What stands for every secret.
    public static let shown = "(secret)"

    /// ``shown``.
    public var description: String { Self.shown }
    /// ``shown``.
    public var debugDescription: String { Self.shown }
    /// A mirror without children.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// For examples, and for connection strings without a password.
extension Secret: ExpressibleByStringLiteral {
    /// - Parameter value: what must not be seen.
    public init(stringLiteral value: String) { self.init(value) }
}
