/// A value that must not be seen: whatever prints, interpolates, dumps or logs it gets a fixed text.
struct Secret: Equatable, Sendable {
    private let value: String

    init(_ value: String) {
        self.value = value
    }

    /// The value itself, for the one call that needs it.
    func reveal() -> String { value }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// What stands for every secret, in logs as in `config show`.
    static let shown = "(secret)"

    var description: String { Self.shown }
    var debugDescription: String { Self.shown }
    var customMirror: Mirror { Mirror(self, children: []) }
}
