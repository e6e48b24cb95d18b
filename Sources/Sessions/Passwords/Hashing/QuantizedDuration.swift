internal import Glibc

/// A time that must never be less than is needed and moves in coarse steps, and reluctantly: up so far that it need not
/// soon again, and down only when it is far too long.
struct QuantizedDuration {
    private(set) var seconds = 0.0

    /// Steps are powers of the square root of two.
    private static let stepsPerOctave = 2.0
    private static let headroom = 1.25
    /// From how many times as long as it need be it is shortened.
    private static let excess = 3.0

    mutating func settle(atLeast needed: Double) {
        if seconds > needed * Self.excess { seconds = 0 }
        guard seconds < needed else { return }
        seconds = exp2((log2(needed * Self.headroom) * Self.stepsPerOctave).rounded(.up) / Self.stepsPerOctave)
    }
}
