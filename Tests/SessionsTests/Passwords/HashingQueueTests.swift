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
        func enqueue(_ number: HashingQueue.Number) { queue.enqueue(number) }
        func next(at now: BootInstant) -> HashingQueue.Number? { queue.next(at: now) }
        func finish(_ number: HashingQueue.Number, at now: BootInstant) { queue.finish(number, at: now) }
        func forget(_ number: HashingQueue.Number) { queue.forget(number) }
        func learn(largestHash bytes: Int) { queue.learn(largestHash: bytes) }
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
            queue.enqueue(number)
            #expect(queue.next(at: now) == number)
            now = now + .seconds(1)
            queue.finish(number, at: now)
        }
        return queue
    }

    private func begin(_ queue: Line) throws -> HashingQueue.Number {
        let number = try #require(queue.admit(at: start))
        queue.enqueue(number)
        return number
    }

    @Test func `so many are hashed for at once, in the order in which they are ready`() throws {
        let queue = queue(threads: 2)
        let numbers = try (0..<4).map { _ in try #require(queue.admit(at: start)) }
        #expect(queue.next(at: start) == nil)
        for number in [2, 0, 3, 1] { queue.enqueue(numbers[number]) }
        #expect(queue.next(at: start) == numbers[2])
        #expect(queue.next(at: start) == numbers[0])
        #expect(queue.next(at: start) == nil)
        queue.finish(numbers[2], at: start + .milliseconds(50))
        #expect(queue.next(at: start) == numbers[3])
        #expect(queue.next(at: start) == nil)
    }

    @Test func `so many are hashed for at once that all could be the largest`() throws {
        let queue = queue(threads: 4, mebibytes: 200)
        let numbers = try (0..<6).map { _ in try begin(queue) }
        for number in numbers[..<3] { #expect(queue.next(at: start) == number) }
        queue.learn(largestHash: 90 * mebibyte)
        #expect(queue.next(at: start) == nil)
        for number in numbers[..<2] {
            #expect(queue.next(at: start) == nil)
            queue.finish(number, at: start)
        }
        #expect(queue.next(at: start) == numbers[3])
        #expect(queue.next(at: start) == nil)
    }

    @Test func `that a large hash is gone counts when none is under way any more`() throws {
        let queue = queue(threads: 4, mebibytes: 64)
        queue.learn(largestHash: 64 * mebibyte)
        let numbers = try (0..<3).map { _ in try begin(queue) }
        #expect(queue.next(at: start) == numbers[0])
        queue.learn(largestHash: mebibyte)
        #expect(queue.next(at: start) == nil)
        for number in numbers {
            _ = queue.next(at: start)
            queue.finish(number, at: start)
        }
        queue.learn(largestHash: mebibyte)
        for number in try [begin(queue), begin(queue)] { #expect(queue.next(at: start) == number) }
    }

    @Test func `one that needs more memory than there may be is computed alone`() throws {
        let queue = queue(threads: 4, mebibytes: 64)
        let numbers = try (0..<3).map { _ in try begin(queue) }
        #expect(queue.next(at: start) == numbers[0])
        queue.learn(largestHash: 200 * mebibyte)
        for (number, next) in zip(numbers, numbers.dropFirst()) {
            #expect(queue.next(at: start) == nil)
            queue.finish(number, at: start)
            #expect(queue.next(at: start) == next)
        }
    }

    @Test func `who would wait too long is turned away, also when the others have not come so far yet`() throws {
        let queue = try slowQueue()
        // One is hashed for at once, one waits a second and one two; the next would wait three.
        let numbers = try (0..<3).map { _ in try #require(queue.admit(at: start)) }
        #expect(queue.admit(at: start) == nil)
        #expect(abs(queue.expectedWait(at: start).seconds - 3) < 0.01)
        for number in numbers { queue.enqueue(number) }
        #expect(queue.next(at: start) == numbers[0])
        #expect(queue.admit(at: start) == nil)
        // What is under way counts with what is left of it.
        #expect(abs(queue.expectedWait(at: start + .milliseconds(600)).seconds - 2.4) < 0.01)
        queue.finish(numbers[0], at: start + .seconds(1))
        #expect(queue.next(at: start + .seconds(1)) == numbers[1])
        #expect(queue.admit(at: start + .seconds(1)) != nil)
    }

    @Test func `a turn that takes longer than others did makes those behind it wait longer`() throws {
        let queue = queue(wait: .seconds(10))
        #expect(queue.next(at: start) == nil)
        let number = try begin(queue)
        #expect(queue.next(at: start) == number)
        for _ in 0..<4 { _ = try begin(queue) }
        #expect(abs(queue.expectedWait(at: start).seconds - 0.2) < 0.01)
        #expect(abs(queue.expectedWait(at: start + .milliseconds(30)).seconds - 0.17) < 0.01)
        #expect(abs(queue.expectedWait(at: start + .milliseconds(500)).seconds - 2.5) < 0.01)
        // The first turns count for more.
        queue.finish(number, at: start + .milliseconds(500))
        #expect(abs(queue.expectedWait(at: start + .milliseconds(500)).seconds - 2) < 0.01)
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
        queue.enqueue(first)
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
