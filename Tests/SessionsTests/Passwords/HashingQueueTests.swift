import EventLoop
import Testing

@testable import Sessions

/// The order of logins, and the refusal of those that would wait too long.
@Suite struct HashingQueueTests {
    let start = BootInstant(nanoseconds: 1_000_000_000_000)
    private let mebibyte = 1 << 20
    /// The cost of a hash without a measurement on this machine.
    private static let usual = HashingCost(bytes: 19 << 20, time: .milliseconds(40))

    /// A queue that can be mutated within an expectation.
    final class Line {
        private var queue: HashingQueue

        init(_ limits: HashingQueue.Limits) { queue = HashingQueue(limits, usual: HashingQueueTests.usual) }

        func expectedWait(for requester: Requester = Requester(), at now: BootInstant) -> Duration {
            queue.expectedWait(for: requester, at: now)
        }
        func admit(for requester: Requester = Requester(), at now: BootInstant) -> HashingQueue.Number? {
            queue.admit(for: requester, at: now)
        }
        func enqueue(_ number: HashingQueue.Number, for requester: Requester = Requester()) {
            queue.enqueue(number, for: requester)
        }
        func next(at now: BootInstant) -> HashingQueue.Number? { queue.next(at: now) }
        func finish(_ number: HashingQueue.Number, at now: BootInstant) { queue.finish(number, at: now) }
        func forget(_ number: HashingQueue.Number) { queue.forget(number) }
        func learn(largestHash bytes: Int) { queue.learn(largestHash: bytes) }
    }

    func queue(threads: Int = 1, mebibytes: Int = 256, wait: Duration = .seconds(2)) -> Line {
        Line(HashingQueue.Limits(threads: threads, bytes: mebibytes << 20, wait: wait))
    }

    /// Returns a queue with a measured duration of one second per turn.
    func slowQueue(threads: Int = 1, wait: Duration = .seconds(2)) throws -> Line {
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

    func begin(_ queue: Line, for requester: Requester = Requester()) throws -> HashingQueue.Number {
        let number = try #require(queue.admit(for: requester, at: start))
        queue.enqueue(number, for: requester)
        return number
    }

    @Test func `turns start up to the limit, in the order in which logins are ready`() throws {
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

    @Test func `the number of concurrent turns allows each to be the largest hash`() throws {
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

    @Test func `a decrease of the largest hash takes effect once none is running`() throws {
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

    @Test func `a hash above the memory budget runs alone`() throws {
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

    @Test func `a login that would wait too long is refused, also when those before it are only admitted`() throws {
        let queue = try slowQueue()
        // One runs at once, one waits a second and one two; the next would wait three.
        let numbers = try (0..<3).map { _ in try #require(queue.admit(at: start)) }
        #expect(queue.admit(at: start) == nil)
        #expect(abs(queue.expectedWait(at: start).seconds - 3) < 0.01)
        for number in numbers { queue.enqueue(number) }
        #expect(queue.next(at: start) == numbers[0])
        #expect(queue.admit(at: start) == nil)
        // A running turn counts with its remaining time.
        #expect(abs(queue.expectedWait(at: start + .milliseconds(600)).seconds - 2.4) < 0.01)
        queue.finish(numbers[0], at: start + .seconds(1))
        #expect(queue.next(at: start + .seconds(1)) == numbers[1])
        #expect(queue.admit(at: start + .seconds(1)) != nil)
    }

    @Test func `a late turn increases the predicted wait of the logins behind it`() throws {
        let queue = queue(wait: .seconds(10))
        #expect(queue.next(at: start) == nil)
        let number = try begin(queue)
        #expect(queue.next(at: start) == number)
        for _ in 0..<4 { _ = try begin(queue) }
        #expect(abs(queue.expectedWait(at: start).seconds - 0.2) < 0.01)
        #expect(abs(queue.expectedWait(at: start + .milliseconds(30)).seconds - 0.17) < 0.01)
        #expect(abs(queue.expectedWait(at: start + .milliseconds(500)).seconds - 2.5) < 0.01)
        // The first turns have more weight.
        queue.finish(number, at: start + .milliseconds(500))
        #expect(abs(queue.expectedWait(at: start + .milliseconds(500)).seconds - 2) < 0.01)
    }

    @Test func `several threads share the waiting logins`() throws {
        let queue = try slowQueue(threads: 4)
        for _ in 0..<3 { _ = try begin(queue) }
        #expect(queue.expectedWait(at: start) == .zero)
        _ = try begin(queue)
        #expect(abs(queue.expectedWait(at: start).seconds - 1) < 0.01)
    }

    @Test func `a removed login makes room, in whatever state it was`() throws {
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

    @Test func `a login that needs a second hash is enqueued again`() throws {
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

    @Test func `with a wait of zero only as many logins are admitted as there are threads`() throws {
        let queue = queue(threads: 2, wait: .zero)
        _ = try begin(queue)
        _ = try begin(queue)
        #expect(queue.admit(at: start) == nil)
    }
}
