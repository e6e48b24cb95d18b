/// How many times as long as its cost says a hash takes here, and lately: costs are estimates. Nearly the highest of
/// what was measured, since the time that others compute at the same moment counts too.
struct HashSpeedEstimate {
    private(set) var ratio: Double
    private var measurements = 1

    /// Of the first ones the least counts: memory that is new, and a start among others, take longer.
    private static let first = 5
    /// How much of a later one that took longer counts, and of one that took less time.
    private static let (longer, shorter) = (0.15, 0.03)
    /// How many times as long one counts at most.
    private static let outlier = 2.0

    init(_ ratio: Double) { self.ratio = ratio }

    mutating func measured(_ new: Double) {
        measurements += 1
        if measurements <= Self.first {
            ratio = min(ratio, new)
        } else if new > ratio {
            ratio += (min(new, ratio * Self.outlier) - ratio) * Self.longer
        } else {
            ratio += (new - ratio) * Self.shorter
        }
    }
}
