package import EventLoop

/// Why a search has not found the primary: which sentinel said what, in the order of asking.
package struct RedisSentinelFailure: Error, Equatable, Sendable, CustomStringConvertible {
    package struct Finding: Equatable, Sendable {
        package let sentinel: ServerAddress
        package let finding: RedisSentinelFinding

        package init(sentinel: ServerAddress, finding: RedisSentinelFinding) {
            self.sentinel = sentinel
            self.finding = finding
        }
    }

    package let findings: [Finding]

    package init(findings: [Finding]) {
        self.findings = findings
    }

    package var description: String {
        findings.map { "sentinel \($0.sentinel): \($0.finding)" }.joined(separator: "; ")
    }
}
