package import Logging

/// A condition that lasts, such as an outage: the log mentions when it begins, each new reason, from time to time that it
/// lasts, and when it ends. Repetitions are folded by a ``LogLimiter``. The time is passed in.
///
/// What is to be logged comes with the fields of its line: the name of the condition, `state` (`begins`, `lasts` or `ends`),
/// the `seconds` since its beginning, and the number of mentions that were left out (`suppressed`).
package struct LogCondition: Sendable {
    private let name: String
    private let reminder: Duration?
    private let quiet: Duration
    private let maxReasons: Int
    private var reasons: LogLimiter<String>
    /// The time of the beginning that was logged; nil after the end.
    private var begunAt: BootInstant?
    /// The time at which the condition was last noticed.
    private var noticedAt: BootInstant?

    /// - Parameters:
    ///   - name: The name, in snake case, by which programs that read the log know it.
    ///   - reminder: The time after which a condition that lasts, or comes again for the same reason, is logged again; nil for
    ///     one line for each reason and each time that it begins.
    ///   - quiet: The time without the condition after which it counts as over, for one that is noticed only now and then.
    ///   - reasons: The maximum number of different reasons that are logged between two reminders.
    package init(_ name: String, reminder: Duration? = nil, quiet: Duration = .zero, reasons: Int = 20) {
        self.name = name
        self.reminder = reminder
        self.quiet = quiet
        maxReasons = reasons
        self.reasons = LogLimiter(per: reminder, kinds: reasons)
    }

    /// True from a logged beginning to the end.
    package var isOpen: Bool { begunAt != nil }

    /// The condition holds.
    /// - Returns: The fields of the line to be logged; nil for none.
    package mutating func begin(_ reason: String = "", at now: BootInstant = .now) -> Logger.Metadata? {
        noticedAt = now
        guard let suppressed = reasons.admit(reason, at: now) else { return nil }
        var fields = Suppression.fields(suppressed.total)
        if let begunAt {
            fields.merge(line("lasts", since: begunAt, at: now)) { $1 }
        } else {
            begunAt = now
            fields.merge(line("begins")) { $1 }
        }
        return fields
    }

    /// The condition does not hold.
    /// - Returns: The fields of the line to be logged; nil if no beginning was logged, or it may come again.
    package mutating func end(at now: BootInstant = .now) -> Logger.Metadata? {
        guard let begunAt else { return nil }
        if let noticedAt, now - noticedAt < quiet { return nil }
        self.begunAt = nil
        if reminder == nil { reasons = LogLimiter(per: nil, kinds: maxReasons) }
        return line("ends", since: begunAt, at: now)
    }

    private func line(_ state: String, since start: BootInstant? = nil, at now: BootInstant = .now) -> Logger.Metadata {
        var fields: Logger.Metadata = ["condition": "\(name)", "state": "\(state)"]
        if let start {
            let tenths = (now - start).nanoseconds / 100_000_000
            fields["seconds"] = "\(tenths / 10).\(tenths % 10)"
        }
        return fields
    }
}

extension LogCondition {
    /// A failure that any number of requests may meet: logged when it begins, for each reason, and once a minute while it
    /// lasts.
    package static func ofRequests(_ name: String) -> LogCondition { LogCondition(name, reminder: .seconds(60)) }
}
