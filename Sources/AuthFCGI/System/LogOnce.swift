/// The texts that were logged already and are not logged again. Their number is limited, because clients or mistakes
/// may cause any number of them.
struct LogOnce {
    private var texts: Set<String> = []

    private static let maxTexts = 1000

    /// Records `text`. Returns true if it is new and the limit is not reached.
    mutating func isFirst(_ text: String) -> Bool { texts.count < Self.maxTexts && texts.insert(text).inserted }
}
