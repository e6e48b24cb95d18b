/// A value that must not be shown: printing, interpolating, dumping or logging it gives a fixed text.
struct Secret: Equatable, Sendable {
    private let value: String

    init(_ value: String) {
        self.value = value
    }

    /// Returns the value itself, for the one call that needs it.
    func reveal() -> String { value }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The text that stands for every secret.
    static let shown = "(secret)"

    var description: String { Self.shown }
    var debugDescription: String { Self.shown }
    var customMirror: Mirror { Mirror(self, children: []) }
}
