/// The measurement of one request of a `LoadGenerator`.
package struct LoadSample: Sendable {
    /// The time of its start, relative to the start of the generator.
    package let start: Duration
    /// The time from its start to the end of the response, or to the error.
    package let latency: Duration
    /// The status of the response, or nil if there was none.
    package let status: Int?

    /// The time of its end, relative to the start of the generator.
    package var end: Duration { start + latency }
}
