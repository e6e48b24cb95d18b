internal import Glibc

/// A duration that is never less than needed and changes rarely, in coarse steps: it rises with some headroom, and
/// falls only when it is far too long.
struct QuantizedDuration {
    private(set) var seconds = 0.0

    /// The number of steps per doubling: each step is the square root of two.
    private static let stepsPerOctave = 2.0
    private static let headroom = 1.25
    /// The multiple of the needed time above which the duration is shortened.
    private static let excess = 3.0

    mutating func settle(atLeast needed: Double) {
        if seconds > needed * Self.excess { seconds = 0 }
        guard seconds < needed else { return }
        seconds = exp2((log2(needed * Self.headroom) * Self.stepsPerOctave).rounded(.up) / Self.stepsPerOctave)
    }
}
