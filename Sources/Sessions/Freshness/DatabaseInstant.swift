internal import EventLoop
package import FoundationEssentials

/// A moment by the clock of the database, which alone decides when a session ends: microseconds since 2000-01-01 UTC,
/// as a `timestamptz` goes over the wire (PostgreSQL manual, "Date/Time Types").
package struct DatabaseInstant: Comparable, Hashable, Sendable {
    package var microseconds: Int64

    package init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    package init(_ date: Date) {
        microseconds = Int64(((date.timeIntervalSince1970 - 946_684_800) * 1e6).rounded())
    }

    /// The same moment for people.
    package var date: Date { Date(timeIntervalSince1970: Double(microseconds) / 1e6 + 946_684_800) }

    package static func < (a: DatabaseInstant, b: DatabaseInstant) -> Bool { a.microseconds < b.microseconds }

    package static func + (a: DatabaseInstant, b: Duration) -> DatabaseInstant {
        // `infinity` is a possible expiry in PostgreSQL, and stays what it is.
        let (sum, overflows) = a.microseconds.addingReportingOverflow(b.nanoseconds / 1000)
        return DatabaseInstant(microseconds: overflows ? (b < .zero ? .min : .max) : sum)
    }

    /// How much later `a` is than `b`, with what does not fit cut off.
    package static func - (a: DatabaseInstant, b: DatabaseInstant) -> Duration {
        let (difference, overflows) = a.microseconds.subtractingReportingOverflow(b.microseconds)
        return .microseconds(overflows ? (a < b ? Int64.min : .max) / 1000 : difference)
    }
}
