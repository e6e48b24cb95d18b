package import EventLoop

/// The failure of a search for the primary: the findings about each sentinel, in the order of asking.
package struct RedisSentinelFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// A sentinel and the finding about it.
    package struct Finding: Equatable, Sendable {
        /// The address of the sentinel.
        package let sentinel: ServerAddress
        /// The reason why it did not lead to the primary.
        package let finding: RedisSentinelFinding

        /// Creates a finding about a sentinel.
        package init(sentinel: ServerAddress, finding: RedisSentinelFinding) {
            self.sentinel = sentinel
            self.finding = finding
        }
    }

    /// The findings, in the order of asking.
    package let findings: [Finding]

    /// Creates a failure.
    /// - Parameter findings: The findings, in the order of asking.
    package init(findings: [Finding]) {
        self.findings = findings
    }

    /// The failure in one line, for the log.
    package var description: String {
        findings.map { "sentinel \($0.sentinel): \($0.finding)" }.joined(separator: "; ")
    }
}
