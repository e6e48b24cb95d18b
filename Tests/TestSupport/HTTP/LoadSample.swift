/// One request of a `LoadGenerator`.
package struct LoadSample: Sendable {
    /// When it was begun, counted from the generator's start.
    package let start: Duration
    /// From beginning it to having the whole answer, or the error.
    package let latency: Duration
    /// The answer's status; nil if there was none.
    package let status: Int?

    /// When it was over, counted from the generator's start.
    package var end: Duration { start + latency }
}
