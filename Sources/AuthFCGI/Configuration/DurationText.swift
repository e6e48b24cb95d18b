internal import EventLoop

/// The text form of durations in settings: a whole number and `ms`, `s`, `m`, `h` or `d`; without a unit, seconds.
struct DurationText: Equatable, Sendable, CustomStringConvertible {
    let duration: Duration

    private static let units: [(name: String, milliseconds: Int64)] = [
        ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ]

    init(_ duration: Duration) {
        self.duration = duration
    }

    /// Returns nil if `text` is malformed, or longer than a hundred years.
    init?(parsing text: String) {
        let digits = text.prefix { ("0"..."9").contains($0) }
        let unit = text.dropFirst(digits.count)
        guard let number = Int64(digits) else { return nil }
        guard let factor = unit.isEmpty ? 1000 : Self.units.first(where: { $0.name == unit })?.milliseconds
        else { return nil }
        // Well below the 292 years that 64 bits of nanoseconds hold.
        guard number <= 100 * 366 * 86_400_000 / factor else { return nil }
        duration = .milliseconds(number * factor)
    }

    /// The shortest form. Fractions of a millisecond are omitted.
    var description: String {
        let milliseconds = duration.nanoseconds / 1_000_000
        guard milliseconds != 0 else { return "0s" }
        for unit in Self.units where milliseconds % unit.milliseconds == 0 {
            return "\(milliseconds / unit.milliseconds)\(unit.name)"
        }
        return "\(milliseconds)ms"
    }
}
