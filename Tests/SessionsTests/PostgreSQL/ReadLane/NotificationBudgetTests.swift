import EventLoop
import Testing

@testable import Sessions

/// The bound on the work for notifications in a period of a quarter of a second.
@Suite struct NotificationBudgetTests {
    private var budget = NotificationBudget()

    /// Returns how many notifications of that size are read at this time, of a million.
    private mutating func read(_ size: Int, at seconds: Double) -> Int {
        var count = 0
        while count < 1_000_000, !budget.isSpent(at: ReadLaneValues.time(seconds)) {
            budget.take(size)
            count += 1
        }
        return count
    }

    private mutating func expect(
        _ count: Int, of size: Int, at seconds: Double, location: SourceLocation = #_sourceLocation
    ) {
        let isRead = read(size, at: seconds)
        #expect(isRead == count, sourceLocation: location)
    }

    @Test mutating func `small notifications are bounded by their number`() {
        expect(2000, of: 40, at: 0)
        expect(0, of: 40, at: 0.2)
    }

    @Test mutating func `large notifications are bounded by their size`() {
        expect(33, of: 7800, at: 0)
        expect(0, of: 1, at: 0.2)
    }

    @Test mutating func `what one statement sends at most is read at once`() {
        // A thousand users with the longest ids.
        for _ in 0..<1000 {
            let isSpent = budget.isSpent(at: ReadLaneValues.time(0))
            #expect(!isSpent)
            budget.take(257)
        }
    }

    @Test mutating func `two megabytes that are passed over in a period are a flood`() {
        expect(33, of: 7800, at: 0)
        for _ in 0..<128 {
            let isFlood = budget.passOver(16 << 10)
            #expect(!isFlood)
        }
        let isFlood = budget.passOver(1)
        #expect(isFlood)
        expect(33, of: 7800, at: 0.25)
        let isFloodAgain = budget.passOver(16 << 10)
        #expect(!isFloodAgain)
    }

    @Test mutating func `each period has a budget of its own`() {
        expect(33, of: 7800, at: 0)
        expect(33, of: 7800, at: 0.25)
        expect(0, of: 7800, at: 0.49)
        expect(33, of: 7800, at: 9)
    }
}
