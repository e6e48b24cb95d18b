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
        let (days, second) = seconds.quotientAndRemainder(dividingBy: 86_400)
        let date = CalendarDay(daysSince1970: days)
        let (hour, minute) = (second / 3600, second / 60 % 60)
        return
            "\(date.year.digits(4))-\(date.month.digits(2))-\(date.day.digits(2))"
            + "T\(hour.digits(2)):\(minute.digits(2)):\((second % 60).digits(2)).\(milliseconds.digits(3))Z"
    }
}
