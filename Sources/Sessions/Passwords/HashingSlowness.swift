/// How many times as long as its cost says a hash takes here, and lately: costs are estimates.
struct HashingSlowness {
    private(set) var ratio: Double
    private var measurements = 1

    /// Of the first ones the least counts: memory that is new, and a start among others, take longer.
    private static let first = 5
    /// How much of a later one goes into the mean.
    private static let weight = 0.05
    /// How many times the mean a later one counts at most.
    private static let outlier = 2.0

    init(_ ratio: Double) { self.ratio = ratio }

    mutating func measured(_ new: Double) {
        measurements += 1
        if measurements <= Self.first {
            ratio = min(ratio, new)
        } else {
            ratio += (min(new, ratio * Self.outlier) - ratio) * Self.weight
        }
    }
}
