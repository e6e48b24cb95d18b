import EventLoop
import Testing

@testable import Sessions

/// Logins from several networks and sites, and with the same names.
extension HashingQueueTests {
    private func client(_ network: Int, _ name: String? = nil) -> Requester {
        Requester(address: "192.0.2.\(network)", name: name)
    }

    @Test func `a network that takes all that it may leaves the others their turns`() throws {
        let queue = try slowQueue()
        for number in 0..<3 { _ = try #require(queue.admit(for: client(1, "name \(number)"), at: start)) }
        #expect(queue.admit(for: client(1, "another"), at: start) == nil)
        #expect(queue.admit(for: Requester(), at: start) == nil, "a client without an address waits for all")
        #expect(abs(queue.expectedWait(for: client(2), at: start).seconds - 1) < 0.01)
        for network in 2...3 { _ = try #require(queue.admit(for: client(network), at: start)) }
    }

    @Test func `networks take turns, each in the order in which its logins are ready`() throws {
        let queue = queue(wait: .seconds(60))
        let first = try (0..<4).map { _ in try begin(queue, for: client(1)) }
        let running = queue.next(at: start)
        #expect(running == first[0])
        let second = try (0..<2).map { _ in try begin(queue, for: client(2)) }
        let third = try begin(queue, for: client(3))
        var order: [HashingQueue.Number?] = []
        var last = running
        while let number = last {
            queue.finish(number, at: start)
            last = queue.next(at: start)
            order.append(last)
        }
        #expect(order == [first[1], second[0], third, first[2], second[1], first[3], nil])
    }

    @Test func `the networks of an IPv6 site count as one for others, and one by one for each other`() throws {
        let queue = try slowQueue(wait: .seconds(60))
        func client(_ site: Int, network: Int) -> Requester {
            Requester(address: "2001:db8:\(site):\(network)::1")
        }
        for network in 0..<40 { _ = try begin(queue, for: client(7, network: network)) }
        for other in [self.client(1), client(8, network: 1)] {
            #expect(abs(queue.expectedWait(for: other, at: start).seconds - 1) < 0.01)
        }
        #expect(abs(queue.expectedWait(for: client(7, network: 50), at: start).seconds - 40) < 0.01)
        _ = try begin(queue, for: self.client(1))
        // As many turns of the other address as of the own site.
        #expect(abs(queue.expectedWait(for: client(7, network: 50), at: start).seconds - 41) < 0.01)
    }

    @Test func `a login at an address that others use is not delayed by logins at new addresses`() throws {
        let queue = try slowQueue(wait: .seconds(60))
        for network in 1...14 { _ = try begin(queue, for: client(network)) }
        var running = try #require(queue.next(at: start))
        var newcomer = 14
        for earlier in 0..<5 {
            let colleague = try begin(queue, for: client(250))
            var turns = 0
            while running != colleague, turns < 100 {
                queue.finish(running, at: start)
                newcomer += 1
                _ = try begin(queue, for: client(newcomer))
                running = try #require(queue.next(at: start))
                turns += 1
            }
            // Those that waited before it: one for each turn since, and the earlier colleagues.
            #expect(turns <= 15 + earlier)
        }
    }

    @Test func `of arrivals with the same name only ten count`() throws {
        let queue = try slowQueue(wait: .seconds(10))
        for network in 0..<100 { _ = try #require(queue.admit(for: client(network, "ann"), at: start)) }
        #expect(abs(queue.expectedWait(for: client(101, "bob"), at: start).seconds - 10) < 0.01)
        #expect(queue.admit(for: client(102, "ann"), at: start) != nil, "ann herself is not refused")
    }

    @Test func `others of the name count, and of each other address as many turns as that takes`() throws {
        let queue = try slowQueue(wait: .seconds(60))
        for _ in 0..<20 { _ = try begin(queue, for: client(200, "bob")) }
        for network in 0..<8 { _ = try begin(queue, for: client(network, "ann")) }
        // √16 rounds later than the line's first turn.
        #expect(abs(queue.expectedWait(for: client(101, "ann"), at: start).seconds - 13) < 0.01)
        #expect(abs(queue.expectedWait(for: client(101, "cid"), at: start).seconds - 9) < 0.01)
    }

    @Test func `an arrival that did not count does when it is ready`() throws {
        let queue = try slowQueue(wait: .seconds(20))
        let numbers = try (0..<12).map { try #require(queue.admit(for: client($0, "ann"), at: start)) }
        #expect(abs(queue.expectedWait(for: client(101, "bob"), at: start).seconds - 10) < 0.01)
        for (network, number) in numbers.enumerated() { queue.enqueue(number, for: client(network, "ann")) }
        #expect(abs(queue.expectedWait(for: client(101, "bob"), at: start).seconds - 12) < 0.01)
        for number in numbers { queue.forget(number) }
        #expect(queue.expectedWait(for: client(101, "bob"), at: start) == .zero)
    }
}
