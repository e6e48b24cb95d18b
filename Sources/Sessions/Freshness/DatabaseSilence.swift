package import EventLoop

/// The certainty that PostgreSQL does not answer this process, without which no snapshot may outlast the lease.
///
/// That the lease has ended is no evidence: this process may have stood still, or may have too much to do, while PostgreSQL
/// answers everybody else. Evidence is an attempt to connect that began after the end of the lease, asked a server, and got
/// no answer: neither a refusal, nor one that this process does not accept, such as a certificate, nor a failure of this
/// process's own. One alone may have lost its packets in a moment, so it takes a second one that began some time after the
/// first.
package struct DatabaseSilence: Sendable {
    /// A Boolean value that indicates whether PostgreSQL does not answer.
    package private(set) var isCertain = false
    /// The beginning of the first attempt without an answer since the end of the lease, and that end.
    private var first: (begunAt: BootInstant, leaseEnd: BootInstant)?

    /// The minimum time between the beginnings of the two attempts.
    package static let distance = Duration.milliseconds(100)

    package init() {}

    /// Handles an attempt to connect without an answer.
    /// - Parameters:
    ///   - begun: The beginning of the attempt.
    ///   - leaseEnd: The end of the last lease.
    /// - Returns: True if the silence is certain from now on.
    package mutating func noteNoAnswer(toAttemptAt begun: BootInstant, leaseEnd: BootInstant) -> Bool {
        guard !isCertain, begun >= leaseEnd else { return false }
        guard let first, first.leaseEnd == leaseEnd, first.begunAt <= begun else {
            first = (begun, leaseEnd)
            return false
        }
        isCertain = begun - first.begunAt >= Self.distance
        return isCertain
    }

    /// Handles an answer of PostgreSQL, whatever it is.
    package mutating func end() {
        isCertain = false
        first = nil
    }
}
