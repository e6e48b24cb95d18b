/// A day of the Gregorian calendar, in UTC.
package struct CalendarDay: Equatable, Sendable {
    package let year: Int
    /// 1 to 12.
    package let month: Int
    /// 1 to 31.
    package let day: Int

    /// Creates the day that is `days` days after 1 January 1970; not before the year 0.
    ///
    /// The year is taken to begin in March, so that the leap day is its last, and 400 years have 146,097 days.
    package init(daysSince1970 days: Int) {
        // 1 March of the year 0 was 719,468 days before.
        let (era, dayOfEra) = (days + 719_468).quotientAndRemainder(dividingBy: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthSinceMarch = (5 * dayOfYear + 2) / 153
        month = monthSinceMarch < 10 ? monthSinceMarch + 3 : monthSinceMarch - 9
        year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
        day = dayOfYear - (153 * monthSinceMarch + 2) / 5 + 1
    }
}
