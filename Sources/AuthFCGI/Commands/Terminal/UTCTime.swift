internal import FoundationEssentials
internal import Sessions

/// A time in UTC with a precision of one second, in the output of commands.
struct UTCTime: Equatable, CustomStringConvertible {
    /// The form of RFC 3339, such as `2026-11-23T06:12:38Z`; `infinity` for the time of expiry of a session without
    /// one.
    let text: String

    init(_ date: Date) {
        text = date >= .endless ? "infinity" : date.formatted(.iso8601)
    }

    /// The form for people, such as `2026-11-23 06:12:38Z`.
    var description: String { String(text.map { $0 == "T" ? " " : $0 }) }
}
