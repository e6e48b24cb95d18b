internal import EventLoop

/// The value of the header Date (RFC 9110, section 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
enum HTTPDate {
    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// - Parameter seconds: the time since 1970 in UTC, not negative.
    static func text(secondsSince1970 seconds: Int) -> String {
        let (days, second) = seconds.quotientAndRemainder(dividingBy: 86_400)
        // 1970 began with a Thursday.
        let weekday = weekdays[(days + 4) % 7]
        let date = CalendarDay(daysSince1970: days)
        let time = [second / 3600, second / 60 % 60, second % 60].map { $0.digits(2) }.joined(separator: ":")
        return "\(weekday), \(date.day.digits(2)) \(months[date.month - 1]) \(date.year) \(time) GMT"
    }
}
