internal import EventLoop
package import FoundationEssentials

/// An instant of the database's clock, which alone decides when a session ends: microseconds since 2000-01-01 UTC, like
/// the binary form of a `timestamptz` (PostgreSQL manual, "Date/Time Types").
package struct DatabaseInstant: Comparable, Hashable, Sendable {
    /// The number of microseconds since 2000-01-01 UTC.
    package var microseconds: Int64

    /// Creates an instant.
    /// - Parameter microseconds: The number of microseconds since 2000-01-01 UTC.
    package init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    /// Creates an instant from a date, rounded to microseconds.
    package init(_ date: Date) {
        microseconds = Int64(((date.timeIntervalSince1970 - 946_684_800) * 1e6).rounded())
    }

    /// The instant as a date.
    package var date: Date { Date(timeIntervalSince1970: Double(microseconds) / 1e6 + 946_684_800) }

    package static func < (a: DatabaseInstant, b: DatabaseInstant) -> Bool { a.microseconds < b.microseconds }

    package static func + (a: DatabaseInstant, b: Duration) -> DatabaseInstant {
        // `infinity` is a valid expiry in PostgreSQL and stays unchanged.
        let (sum, overflows) = a.microseconds.addingReportingOverflow(b.nanoseconds / 1000)
        return DatabaseInstant(microseconds: overflows ? (b < .zero ? .min : .max) : sum)
    }

    /// Returns the time from `b` to `a`, clamped on overflow.
    package static func - (a: DatabaseInstant, b: DatabaseInstant) -> Duration {
        let (difference, overflows) = a.microseconds.subtractingReportingOverflow(b.microseconds)
        return .microseconds(overflows ? (a < b ? Int64.min : .max) / 1000 : difference)
    }
}
