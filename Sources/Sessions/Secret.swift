/// A value that must not appear in logs or output. Printing, interpolating, dumping or reflecting it yields a fixed
/// text.
public struct Secret: Equatable, Sendable {
    private let value: String

    /// - Parameter value: The text to hide.
    public init(_ value: String) {
        self.value = value
    }

    /// Returns the hidden text. Call it only where the text is used.
    public func reveal() -> String { value }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The text that replaces every secret.
    public static let shown = "(secret)"

    /// The replacement text, ``shown``.
    public var description: String { Self.shown }
    /// The replacement text, ``shown``.
    public var debugDescription: String { Self.shown }
    /// A mirror without children.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// For examples, and for connection strings without a password.
extension Secret: ExpressibleByStringLiteral {
    /// - Parameter value: The text to hide.
    public init(stringLiteral value: String) { self.init(value) }
}
