import TestSupport

/// What a run came to.
struct HammerReport: Sendable, CustomStringConvertible {
    let seed: UInt64
    /// The time for which pods accept known sessions although PostgreSQL does not answer.
    let stale: Duration
    let history: History
    let faults: [FaultStroke]
    /// Faults that did not work as they should.
    let failures: [String]
    let oddities: [String: Int]
    /// How long clients and faults were at it, and how long the pods took then to serve again.
    let acted: Duration
    let recovery: Duration

    var faultCounts: [String: Int] { faults.reduce(into: [:]) { $0[$1.name, default: 0] += 1 } }

    /// Everything that breaks a promise. While PostgreSQL did not answer a pod, and until it had a connection again, the
    /// pod may accept sessions that have ended, but no longer than it is permitted to.
    var violations: [HistoryViolation] {
        let all = checker.violations(in: history)
        guard stale > .zero else { return all }
        let late = HistoryChecker(revocationDelay: BreakableSite.revocationDelay + stale).violations(in: history)
        return all.filter { violation in !isPermitted(violation.check) || late.contains { $0.check == violation.check }
        }
    }

    /// Whether PostgreSQL did not answer the pod when an acceptance began, or had begun to only just now.
    private func isPermitted(_ check: HistoryEvent) -> Bool {
        check.result == .accepted
            && faults.contains { fault in
                fault.silencesPostgreSQL && (fault.pod == nil || fault.pod == check.pod)
                    && fault.start <= check.start && check.start <= fault.end + .seconds(1)
            }
    }

    /// The checks that could show best that an end does not count in time.
    var decisiveChecks: [HistoryEvent] { checker.decisiveChecks(in: history) }

    private var checker: HistoryChecker { HistoryChecker(revocationDelay: BreakableSite.revocationDelay) }

    /// Checks that nobody could answer although no fault had been there for a while.
    var unexplained: Int {
        history.events.count { event in
            event.operation == .check && [.cannotTell, .failed].contains(event.result)
                && !faults.contains { $0.start <= event.end && event.start <= $0.end + .seconds(3) }
        }
    }

    var description: String {
        var lines = [
            "hammer: seed \(seed) (AUTHFCGI_TEST_SEED=\(seed) draws the same again), stale for \(stale), \(acted.inSeconds) s,"
                + " recovered after \(recovery.inSeconds) s"
        ]
        for operation in HistoryEvent.Operation.allCases {
            let counts = HistoryEvent.Result.allCases.map { ($0, history.count(operation, $0)) }.filter { $0.1 > 0 }
            lines.append(
                "  \(history.count(operation)) \(operation): " + counts.map { "\($1) \($0)" }.joined(separator: ", "))
        }
        for (name, count) in faultCounts.sorted(by: { $0.key < $1.key }) { lines.append("  \(count) times \(name)") }
        let decisive = decisiveChecks
        let results = decisive.reduce(into: [:]) { $0[$1.result, default: 0] += 1 }
        lines.append(
            "  \(decisive.count) checks just when an end had to count: "
                + results.map { "\($1) \($0)" }.sorted().joined(separator: ", "))
        lines.append("  \(unexplained) checks without an answer while there was no fault")
        return lines.joined(separator: "\n")
    }

    /// A violation with everything that may explain it.
    func explain(_ violation: HistoryViolation) -> String {
        let time = violation.check.start
        let near = faults.filter { $0.start <= time + .seconds(1) && time <= $0.end + .seconds(5) }
        return "\(violation)\nits story:\n\(history.story(around: violation.check))\nfaults around it:\n"
            + near.map { "  \($0)" }.joined(separator: "\n")
    }
}
