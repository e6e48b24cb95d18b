/// The ratio of a hash's recent measured times to its estimated cost. Close to the maximum, since concurrent hashes
/// slow each other down.
struct HashSpeedEstimate {
    private(set) var ratio: Double
    private var measurements = 1

    /// The number of first measurements of which the minimum counts: new memory and a starting process take longer.
    private static let first = 5
    /// The weights of a later measurement that is longer, or shorter, than the estimate.
    private static let (longer, shorter) = (0.15, 0.03)
    /// The maximum factor with which one measurement counts.
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
