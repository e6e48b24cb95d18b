import EventLoop
import Testing

@testable import Sessions

/// The elements that wait for rows which another transaction holds.
struct HeldNamesTests {
    private let start = BootInstant(nanoseconds: 1_000_000_000)
    private var names = HeldNames<Int>()

    private func time(_ seconds: Double) -> BootInstant { start + .seconds(seconds) }

    private mutating func fail(_ name: String, at seconds: Double = 0, after duration: Duration = .milliseconds(200)) {
        names.failed(name, after: duration, at: time(seconds))
    }

    @Test mutating func `a name is held from a try in vain to a success`() {
        #expect(!names.isHeld("ann", at: start))
        fail("ann")
        #expect(names.isHeld("ann", at: start) && !names.isHeld("bob", at: start))
        for number in 1...3 { names.append(number, of: "ann") }
        #expect(names.count == 3)
        #expect(names.freed("ann") == [1, 2, 3])
        #expect(names.isEmpty && !names.isHeld("ann", at: start))
    }

    @Test mutating func `after a try in vain nobody tries for twice as long as it took`() {
        fail("ann")
        fail("bob")
        for name in ["ann", "bob"] { names.append(1, of: name) }
        #expect(names.nextTryAt == time(0.4))
        #expect(names.popFirst(at: time(0.39)) == nil)
        #expect(names.popFirst(at: time(0.4)) == 1)
        fail("ann", at: 1, after: .milliseconds(1))
        #expect(names.nextTryAt == time(1.05))
    }

    @Test mutating func `names take turns, and so do the elements of a name`() {
        fail("ann")
        fail("bob")
        for number in 1...2 { names.append(number, of: "ann") }
        names.append(3, of: "bob")
        var order: [Int] = []
        for seconds in 1...4 {
            guard let number = names.popFirst(at: time(Double(seconds))) else { continue }
            order.append(number)
            let name = number == 3 ? "bob" : "ann"
            fail(name, at: Double(seconds))
            names.append(number, of: name)
        }
        #expect(order == [1, 3, 2, 3])
    }

    @Test mutating func `after a success the next name has its turn at once`() {
        fail("ann")
        fail("bob")
        for name in ["ann", "bob"] { names.append(1, of: name) }
        #expect(names.freed("cid") == [])
        #expect(names.popFirst(at: time(0.1)) == nil)
        #expect(names.freed("ann") == [1])
        #expect(names.popFirst(at: time(0.1)) == 1)
    }

    @Test mutating func `a name for which nobody waits is forgotten after ten seconds`() {
        fail("ann")
        #expect(names.nextTryAt == nil)
        #expect(names.isHeld("ann", at: time(9.9)) && !names.isHeld("ann", at: time(10)))
        fail("bob", at: 5)
        names.append(1, of: "bob")
        fail("cid", at: 20)
        #expect(names.isHeld("bob", at: time(20)) && !names.isHeld("ann", at: time(20)))
    }

    @Test mutating func `elements are changed and removed`() {
        fail("ann")
        fail("bob")
        for number in 1...4 { names.append(number, of: number == 3 ? "bob" : "ann") }
        names.modifyEach { $0 += 10 }
        #expect(names.least { $0 } == 11)
        #expect(names.removeAll { $0 % 2 == 0 } == [12, 14])
        #expect(names.count == 2 && names.isHeld("ann", at: start))
    }
}
