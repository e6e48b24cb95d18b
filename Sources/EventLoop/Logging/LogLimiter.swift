package import Logging

/// A limit on log lines that clients or mistakes can cause at any rate: a few lines of each kind in a period, with the
/// number of lines that were left out. The time is passed in.
package struct LogLimiter<Kind: Hashable & Sendable>: Sendable {
    /// The lines that were left out before a line.
    package struct Suppressed: Equatable, Sendable {
        /// The number of lines of the same kind, since the last one of it.
        package let ofKind: Int
        /// The number of lines of all kinds, since the last one of any.
        package let total: Int

        /// The field of a line of one kind that says how many were left out; empty if none were.
        package var fields: Logger.Metadata { Suppression.fields(ofKind) }
    }

    private struct Count {
        var lines = 0
        var suppressed = 0
        /// The end of the kind's period, which begins with its first line; nil: never.
        let periodEnd: BootInstant?

        func hasEnded(_ now: BootInstant) -> Bool { periodEnd.map { now >= $0 } ?? false }
    }

    private let lines: Int
    private let period: Duration?
    private let kinds: Int
    private var counts: [Kind: Count] = [:]
    private var total = 0

    /// - Parameters:
    ///   - lines: The maximum number of lines of one kind in a period.
    ///   - period: The length of a period; nil for one that never ends.
    ///   - kinds: The maximum number of kinds that have lines in a period, which also bounds the memory.
    package init(lines: Int = 1, per period: Duration?, kinds: Int = 1000) {
        self.lines = lines
        self.period = period
        self.kinds = kinds
    }

    /// Counts an event.
    /// - Returns: The lines that were left out before this one; nil if this one is to be left out too.
    package mutating func admit(_ kind: Kind, at now: BootInstant = .now) -> Suppressed? {
        var count = counts[kind] ?? Count(periodEnd: period.map { now + $0 })
        if count.hasEnded(now) { count = Count(suppressed: count.suppressed, periodEnd: period.map { now + $0 }) }
        guard count.lines < lines, hasRoom(for: kind, at: now) else {
            total += 1
            count.suppressed += 1
            if counts[kind] != nil { counts[kind] = count }
            return nil
        }
        defer {
            total = 0
            counts[kind] = Count(lines: count.lines + 1, periodEnd: count.periodEnd)
        }
        return Suppressed(ofKind: count.suppressed, total: total)
    }

    private mutating func hasRoom(for kind: Kind, at now: BootInstant) -> Bool {
        if counts[kind] != nil || counts.count < kinds { return true }
        guard counts.values.contains(where: { $0.hasEnded(now) }) else { return false }
        counts = counts.filter { !$0.value.hasEnded(now) }
        return true
    }
}

/// The field of log lines that says how many others were left out.
enum Suppression {
    static func fields(_ count: Int) -> Logger.Metadata { count > 0 ? ["suppressed": "\(count)"] : [:] }
}
