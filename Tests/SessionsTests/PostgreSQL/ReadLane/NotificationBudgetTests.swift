import EventLoop
import Testing

@testable import Sessions

/// The bound on the work for notifications in a period of a quarter of a second.
@Suite struct NotificationBudgetTests {
    private var budget = NotificationBudget()

    /// Returns how many notifications of that size are read at this time, of a million.
    private mutating func read(_ size: Int, at seconds: Double) -> Int {
        var count = 0
        while count < 1_000_000, budget.allowsMore(at: ReadLaneValues.time(seconds)) {
            budget.take(size)
            count += 1
        }
        return count
    }

    @Test mutating func `small notifications are bounded by their number`() {
        #expect(read(40, at: 0) == 2000)
        #expect(read(40, at: 0.2) == 0)
    }

    @Test mutating func `large notifications are bounded by their size`() {
        #expect(read(7800, at: 0) == 34)
        #expect(read(1, at: 0.2) == 0)
    }

    @Test mutating func `what one statement sends at most is read at once`() {
        for _ in 0..<10 { budget.take(6501) }
        for _ in 0..<1000 { budget.take(257) }
        let allowsMore = budget.allowsMore(at: ReadLaneValues.time(0))
        #expect(allowsMore)
    }

    @Test mutating func `each period has a budget of its own`() {
        #expect(read(7800, at: 0) == 34)
        #expect(read(7800, at: 0.25) == 34)
        #expect(read(7800, at: 0.49) == 0)
        #expect(read(7800, at: 9) == 34)
    }
}
