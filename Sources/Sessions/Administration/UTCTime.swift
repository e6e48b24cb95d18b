/// A moment in UTC to the second, as the database has written it.
package struct UTCTime: Equatable, Sendable, CustomStringConvertible {
    /// As RFC 3339 wants it: `2026-11-23T06:12:38Z`; `infinity` for what never ends.
    package let text: String

    package init(_ text: String) {
        self.text = text
    }

    /// For people: `2026-11-23 06:12:38Z`.
    package var description: String { String(text.map { $0 == "T" ? " " : $0 }) }
}
