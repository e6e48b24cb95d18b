/// What was said already and is not said again: as many texts as a client or a mistake could bring about, up to a
/// limit.
struct LogOnce {
    private var texts: Set<String> = []

    private static let most = 1000

    /// Whether `text` is new, and there is room to remember it.
    mutating func isFirst(_ text: String) -> Bool { texts.count < Self.most && texts.insert(text).inserted }
}
