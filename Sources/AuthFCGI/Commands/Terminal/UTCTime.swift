internal import FoundationEssentials
internal import Sessions

/// A moment in UTC to the second, as commands print it.
struct UTCTime: Equatable, CustomStringConvertible {
    /// As RFC 3339 wants it: `2026-11-23T06:12:38Z`; `infinity` for what never ends.
    let text: String

    init(_ date: Date) {
        text = date >= .endless ? "infinity" : date.formatted(.iso8601)
    }

    /// For people: `2026-11-23 06:12:38Z`.
    var description: String { String(text.map { $0 == "T" ? " " : $0 }) }
}
