/// Times for people, to about two digits.
enum ShownTime {
    /// Returns an age or the like, such as `4s`, `12m`, `5h` or `3d`.
    static func of(seconds: Double) -> String {
        let units = [(86_400.0, "d"), (3600.0, "h"), (60.0, "m")]
        for (unit, name) in units where seconds >= unit * 2 { return "\(Int(seconds / unit))\(name)" }
        return "\(Int(max(0, seconds)))s"
    }

    /// Returns a duration from microseconds to seconds, such as `0.05ms`, `12ms` or `1.2s`.
    static func ofLatency(seconds: Double) -> String {
        let milliseconds = max(0, seconds * 1000)
        if milliseconds >= 1000 { return decimal(milliseconds / 1000, digits: 1) + "s" }
        if milliseconds >= 10 { return "\(Int(milliseconds.rounded()))ms" }
        return decimal(milliseconds, digits: milliseconds < 1 ? 2 : 1) + "ms"
    }

    /// Returns a number that is not negative, with this many digits behind the point.
    static func decimal(_ number: Double, digits: Int) -> String {
        let scale = digits == 1 ? 10 : 100
        let scaled = Int((number * Double(scale)).rounded())
        let fraction = String(scaled % scale)
        return "\(scaled / scale)." + String(repeating: "0", count: digits - fraction.utf8.count) + fraction
    }
}

/// Numbers for people: whole ones, unless a digit behind the point says something.
enum ShownNumber {
    /// Returns a number that is not negative.
    static func of(_ number: Double) -> String {
        guard number > 0, number < 1e15 else { return "0" }
        if number >= 100 || number == number.rounded() { return "\(Int(number.rounded()))" }
        return ShownTime.decimal(number, digits: 1)
    }
}
