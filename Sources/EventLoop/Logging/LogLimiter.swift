/// A limit on log lines that clients or mistakes can cause at any rate: a few lines of each kind in a period, with a
/// count of the lines that were left out. The time is passed in.
package struct LogLimiter<Kind: Hashable & Sendable>: Sendable {
    private let lines: Int
    private let period: Duration?
    private let kinds: Int
    private var periodEnd: BootInstant?
    private var counts: [Kind: Int] = [:]
    private var suppressed = 0

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
    /// - Returns: The number of lines, of all kinds, that were left out since the last line; nil if this one is to be left
    ///   out too.
    package mutating func admit(_ kind: Kind, at now: BootInstant = .now) -> Int? {
        if let period, periodEnd.map({ now >= $0 }) ?? true {
            periodEnd = now + period
            counts.removeAll(keepingCapacity: true)
        }
        let count = counts[kind, default: 0]
        guard count < lines, count > 0 || counts.count < kinds else {
            suppressed += 1
            return nil
        }
        counts[kind] = count + 1
        defer { suppressed = 0 }
        return suppressed
    }
}
