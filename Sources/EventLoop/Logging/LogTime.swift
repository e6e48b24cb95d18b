internal import Glibc

/// A time of the wall clock in a log line, with a precision of one millisecond.
package struct LogTime: Equatable, Sendable {
    /// The number of whole seconds since 1970, in UTC.
    private let seconds: Int
    private let milliseconds: Int

    /// Creates a time.
    /// - Parameters:
    ///   - seconds: The number of whole seconds since 1970, in UTC.
    ///   - milliseconds: The number of milliseconds since then, 0 to 999.
    package init(seconds: Int, milliseconds: Int) {
        self.seconds = seconds
        self.milliseconds = milliseconds
    }

    /// The present time.
    package static var now: LogTime {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return LogTime(seconds: Int(time.tv_sec), milliseconds: Int(time.tv_nsec) / 1_000_000)
    }

    /// The form of RFC 3339 in UTC, such as `2026-11-18T11:06:40.250Z`.
    package var text: String {
        let day = seconds / 86_400
        let second = seconds % 86_400
        let date = Self.date(day)
        let (hour, minute) = (second / 3600, second / 60 % 60)
        return
            "\(Self.digits(date.year, 4))-\(Self.digits(date.month, 2))-\(Self.digits(date.day, 2))"
            + "T\(Self.digits(hour, 2)):\(Self.digits(minute, 2)):\(Self.digits(second % 60, 2))"
            + ".\(Self.digits(milliseconds, 3))Z"
    }

    /// Returns the date of a day in the Gregorian calendar. The year is taken to begin in March, so that the leap day is its
    /// last, and 400 years have 146,097 days.
    /// - Parameter day: The number of days since 1970.
    private static func date(_ day: Int) -> (year: Int, month: Int, day: Int) {
        let sinceMarch = day + 719_468  // since 1 March of the year 0
        let era = sinceMarch / 146_097
        let dayOfEra = sinceMarch % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthSinceMarch = (5 * dayOfYear + 2) / 153
        let month = monthSinceMarch < 10 ? monthSinceMarch + 3 : monthSinceMarch - 9
        let year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * monthSinceMarch + 2) / 5 + 1)
    }

    private static func digits(_ number: Int, _ count: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
    }
}
