import EventLoop
import Testing

@testable import Sessions

/// Who is hashed for next, and who is turned away.
@Suite struct HashingQueueTests {
    private let start = BootInstant(nanoseconds: 1_000_000_000_000)
    private let mebibyte = 1 << 20
    /// Some hash, of which nobody knows yet how long it takes here.
    private static let usual = HashingCost(bytes: 19 << 20, time: .milliseconds(40))

    /// A queue that an expectation may change.
    private final class Line {
        private var queue: HashingQueue

        init(_ limits: HashingQueue.Limits) { queue = HashingQueue(limits, usual: HashingQueueTests.usual) }

        func expectedWait(at now: BootInstant) -> Duration { queue.expectedWait(at: now) }
        func admit(at now: BootInstant) -> HashingQueue.Number? { queue.admit(at: now) }
        func enqueue(_ number: HashingQueue.Number, _ cost: HashingCost) { queue.enqueue(number, cost) }
        func next(at now: BootInstant) -> HashingQueue.Number? { queue.next(at: now) }
        func finish(_ number: HashingQueue.Number, at now: BootInstant) { queue.finish(number, at: now) }
        func forget(_ number: HashingQueue.Number) { queue.forget(number) }
    }

    private func queue(threads: Int = 1, mebibytes: Int = 256, wait: Duration = .seconds(2)) -> Line {
        Line(HashingQueue.Limits(threads: threads, bytes: mebibytes << 20, wait: wait))
    }

    /// A queue in which the usual hash is known to take a second.
    private func slowQueue(threads: Int = 1, wait: Duration = .seconds(2)) throws -> Line {
        let queue = queue(threads: threads, wait: wait)
        var now = start
        for _ in 0..<60 {
            let number = try #require(queue.admit(at: now))
            queue.enqueue(number, Self.usual)
            #expect(queue.next(at: now) == number)
            now = now + .seconds(1)
            queue.finish(number, at: now)
        }
        return queue
    }

    private func begin(_ queue: Line, _ cost: HashingCost = Self.usual) throws -> HashingQueue.Number {
        let number = try #require(queue.admit(at: start))
        queue.enqueue(number, cost)
        return number
    }

    @Test func `so many are hashed for at once, in the order in which they are ready`() throws {
        let queue = queue(threads: 2)
        let numbers = try (0..<4).map { _ in try #require(queue.admit(at: start)) }
        #expect(queue.next(at: start) == nil)
        for number in [2, 0, 3, 1] { queue.enqueue(numbers[number], Self.usual) }
        #expect(queue.next(at: start) == numbers[2])
        #expect(queue.next(at: start) == numbers[0])
        #expect(queue.next(at: start) == nil)
        queue.finish(numbers[2], at: start + .milliseconds(50))
        #expect(queue.next(at: start) == numbers[3])
        #expect(queue.next(at: start) == nil)
    }

    @Test func `hashes that need too much memory together wait, and are not overtaken`() throws {
        let queue = queue(threads: 4, mebibytes: 200)
        let large = try begin(queue, HashingCost(bytes: 128 * mebibyte, time: .milliseconds(40)))
        let second = try begin(queue, HashingCost(bytes: 128 * mebibyte, time: .milliseconds(40)))
        let small = try begin(queue, HashingCost(bytes: mebibyte, time: .milliseconds(40)))
        #expect(queue.next(at: start) == large)
        #expect(queue.next(at: start) == nil)
        queue.finish(large, at: start)
        #expect(queue.next(at: start) == second)
        #expect(queue.next(at: start) == small)
    }

    @Test func `one that needs more memory than there may be is computed alone`() throws {
        let queue = queue(threads: 4, mebibytes: 64)
        let small = try begin(queue)
        let huge = try begin(queue, HashingCost(bytes: 200 * mebibyte, time: .milliseconds(40)))
        let other = try begin(queue)
        #expect(queue.next(at: start) == small)
        #expect(queue.next(at: start) == nil)
        queue.finish(small, at: start)
        #expect(queue.next(at: start) == huge)
        #expect(queue.next(at: start) == nil)
        queue.finish(huge, at: start)
        #expect(queue.next(at: start) == other)
    }

    @Test func `who would wait too long is turned away, also when the others have not come so far yet`() throws {
        let queue = try slowQueue()
        // One is hashed for at once, one waits a second and one two; the next would wait three.
        let numbers = try (0..<3).map { _ in try #require(queue.admit(at: start)) }
        #expect(queue.admit(at: start) == nil)
        #expect(abs(queue.expectedWait(at: start).seconds - 3) < 0.01)
        for number in numbers { queue.enqueue(number, Self.usual) }
        #expect(queue.next(at: start) == numbers[0])
        #expect(queue.admit(at: start) == nil)
        // What is under way counts with what is left of it.
        #expect(abs(queue.expectedWait(at: start + .milliseconds(600)).seconds - 2.4) < 0.01)
        let later = start + .milliseconds(1100)
        #expect(queue.admit(at: later) != nil)
    }

    @Test func `costly hashes make the others wait longer`() throws {
        let queue = try slowQueue(wait: .seconds(10))
        let number = try begin(queue, HashingCost(bytes: mebibyte, time: .milliseconds(200)))
        #expect(queue.next(at: start) == number)
        _ = try begin(queue, HashingCost(bytes: mebibyte, time: .milliseconds(100)))
        #expect(abs(queue.expectedWait(at: start).seconds - 7.5) < 0.01)
    }

    @Test func `several threads share what waits`() throws {
        let queue = try slowQueue(threads: 4)
        for _ in 0..<3 { _ = try begin(queue) }
        #expect(queue.expectedWait(at: start) == .zero)
        _ = try begin(queue)
        #expect(abs(queue.expectedWait(at: start).seconds - 1) < 0.01)
    }

    @Test func `who has given up leaves his place to others, wherever he stood`() throws {
        let queue = try slowQueue()
        let running = try begin(queue)
        #expect(queue.next(at: start) == running)
        let waiting = try begin(queue)
        let arriving = try #require(queue.admit(at: start))
        #expect(queue.admit(at: start) == nil)
        queue.forget(arriving)
        queue.forget(waiting)
        #expect(queue.next(at: start) == nil)
        queue.forget(running)
        #expect(queue.expectedWait(at: start) == .zero)
        let next = try begin(queue)
        #expect(queue.next(at: start) == next)
    }

    @Test func `who comes for a second hash gets in line again`() throws {
        let queue = queue()
        let first = try begin(queue)
        #expect(queue.next(at: start) == first)
        queue.finish(first, at: start)
        let second = try begin(queue)
        queue.enqueue(first, Self.usual)
        #expect(queue.next(at: start) == second)
        queue.finish(second, at: start)
        #expect(queue.next(at: start) == first)
        queue.finish(first, at: start)
        #expect(queue.expectedWait(at: start) == .zero)
    }

    @Test func `without waiting, only as many are let in as there are threads`() throws {
        let queue = queue(threads: 2, wait: .zero)
        _ = try begin(queue)
        _ = try begin(queue)
        #expect(queue.admit(at: start) == nil)
    }
}
