import EventLoop
import Testing

@Suite struct CalendarDayTests {
    @Test(arguments: [
        (0, 1970, 1, 1), (11_015, 2000, 2, 28), (11_016, 2000, 2, 29), (11_017, 2000, 3, 1), (19_782, 2024, 2, 29),
        (20_453, 2025, 12, 31), (47_540, 2100, 2, 28), (47_541, 2100, 3, 1),
    ])
    func `a day is one of the calendar`(_ days: Int, _ year: Int, _ month: Int, _ day: Int) {
        let date = CalendarDay(daysSince1970: days)
        #expect(date.year == year && date.month == month && date.day == day, "\(date)")
    }

    @Test func `a number has zeros before it, and none too many`() {
        #expect(7.digits(3) == "007" && 2026.digits(4) == "2026" && 12.digits(1) == "12")
    }
}
