import TestSupport
import Testing

@testable import Sessions

/// The order of elements from several requesters.
@Suite struct FairQueueTests {
    private var queue = FairQueue<String>()

    private func client(_ network: Int?, _ name: String? = nil) -> Requester {
        Requester(address: network.map { "192.0.2.\($0)" }, name: name)
    }

    private mutating func append(_ elements: String..., by requester: Requester) {
        for element in elements { queue.append(element, for: requester) }
    }

    /// A client of an IPv6 site.
    private func client(_ site: Int, network: Int, _ name: String? = nil) -> Requester {
        Requester(address: "2001:db8:\(site):\(network)::1", name: name)
    }

    private mutating func takeAll() -> String {
        var all = ""
        while let element = queue.popFirst() { all += element }
        return all
    }

    @Test mutating func `one requester's elements keep their order`() {
        append("a", "b", "c", by: client(1))
        #expect(takeAll() == "abc" && queue.isEmpty)
    }

    @Test mutating func `networks take turns`() {
        append("a", "b", "c", by: client(1))
        append("p", "q", by: client(2))
        append("x", by: client(3))
        #expect(takeAll() == "apxbqc")
    }

    @Test mutating func `a network that comes later waits for one element of each other`() {
        append("a", "b", "c", "d", by: client(1))
        for taken in ["a", "b"] { #expect(queue.popFirst() == taken) }
        append("x", "y", by: client(2))
        #expect(takeAll() == "cxdy")
    }

    @Test mutating func `a network that was served comes after those that waited, and before those that come later`() {
        append("a", by: client(1))
        append("z", by: client(3))
        #expect(queue.popFirst() == "a")
        append("b", by: client(1))
        append("x", by: client(2))
        #expect(takeAll() == "zbx")
    }

    @Test mutating func `the networks of an IPv6 site have one turn in each round, and take turns within it`() {
        append("a", "b", "c", by: client(7, network: 1))
        append("p", "q", by: client(7, network: 2))
        append("r", by: client(7, network: 3))
        append("x", "y", by: client(8, network: 1))
        append("z", by: client(1))
        #expect(takeAll() == "axzbyprcq")
    }

    @Test mutating func `many networks with one name do not delay another name`() {
        for network in 1...5 { append("\(network)", by: client(network, "ann")) }
        append("x", by: client(9, "bob"))
        #expect(takeAll() == "1x2345")
    }

    @Test mutating func `elements of one name keep their order, whatever networks they come from`() {
        for network in 1...4 { append("\(network)", by: client(network, "ann")) }
        for network in 5...8 {
            #expect(queue.popFirst() == "\(network - 4)")
            append("\(network)", by: client(network, "ann"))
        }
        #expect(takeAll() == "5678")
    }

    @Test mutating func `an element that waits for others of its name does not hold up those behind it`() {
        for network in 1...5 { append("\(network)", by: client(network, "ann")) }
        append("a", by: client(9, "ann"))
        append("x", by: client(9, "bob"))
        append("y", by: client(9, "cid"))
        #expect(takeAll() == "12x345ya")
    }

    @Test mutating func `a name that one network asks for often does not delay the same name from another network`() {
        append("a", "b", "c", "d", by: client(1, "ann"))
        append("x", by: client(2, "ann"))
        #expect(takeAll() == "axbcd")
    }

    @Test mutating func `elements without a network are due at once`() {
        append("a", "b", "c", by: client(1))
        append("x", "y", by: client(nil))
        #expect(takeAll() == "axybc")
    }

    @Test mutating func `elements behind removed ones move up`() {
        append("a", "b", "c", "d", by: client(1))
        append("p", "q", by: client(2))
        let removed = queue.removeAll { ["a", "b", "p"].contains($0) }
        #expect(removed == ["a", "p", "b"])
        #expect(queue.elements == ["c", "q", "d"] && queue.count == 3)
        append("x", by: client(3))
        #expect(takeAll() == "cqxd")
    }

    @Test mutating func `a removal does not move elements to another round`() {
        append("a", "b", "c", by: client(1))
        append("p", by: client(2))
        append("q", by: client(3))
        #expect(queue.popFirst() == "a")
        for (element, network) in [("q", 4), ("c", 5)] {
            append("u\(network)", by: client(network))
            let removed = queue.removeAll { $0 == element }
            #expect(removed == [element])
        }
        #expect(takeAll() == "pbu4u5")
    }

    @Test mutating func `each element can be changed, and the least of all is known`() {
        append("a", "b", by: client(1))
        append("c", by: client(7, network: 1))
        append("d", by: client(7, network: 2))
        #expect(queue.least(\.count) == 1)
        queue.modifyEach { $0 += $0 }
        #expect(queue.least(\.count) == 2)
        #expect(takeAll() == "aaccbbdd")
        #expect(queue.least(\.count) == nil)
    }

    @Test mutating func `a network may have as many elements as places are free`() {
        queue = FairQueue(capacity: 4)
        append("a", "b", by: client(1))
        #expect(!queue.hasRoom(for: client(1)) && queue.hasRoom(for: client(2)))
        #expect(queue.popFirst() == "a" && queue.hasRoom(for: client(1)))
        queue.removeAll { _ in true }.forEach { #expect($0 == "b") }
        #expect(queue.isEmpty && queue.hasRoom(for: client(1)))
    }

    @Test func `every element is taken once`() {
        var random = SeededGenerator(seed: 11)
        for _ in 0..<100 {
            var queue = FairQueue<Int>()
            var (added, taken) = (0, [Int]())
            for _ in 0..<200 {
                if Bool.random(using: &random) {
                    let network = Int.random(in: 0...4, using: &random)
                    let name = Bool.random(using: &random) ? "ann" : nil
                    queue.append(added, for: client(network == 0 ? nil : network, name))
                    added += 1
                } else if Int.random(in: 0..<20, using: &random) == 0 {
                    let divisor = Int.random(in: 2...5, using: &random)
                    taken += queue.removeAll { $0 % divisor == 0 }
                } else if let element = queue.popFirst() {
                    taken.append(element)
                }
            }
            while let element = queue.popFirst() { taken.append(element) }
            #expect(taken.sorted() == Array(0..<added))
        }
    }

    @Test func `the longest wait of a newcomer is one element of each network`() {
        var random = SeededGenerator(seed: 12)
        for _ in 0..<50 {
            var queue = FairQueue<Int>()
            for element in 0..<300 { queue.append(element, for: client(.random(in: 1...5, using: &random))) }
            for _ in 0..<Int.random(in: 0..<200, using: &random) { _ = queue.popFirst() }
            queue.append(-1, for: client(9))
            var taken: [Int] = []
            while let element = queue.popFirst() { taken.append(element) }
            let position = taken.firstIndex(of: -1)
            #expect(position.map { $0 <= 5 } == true)
        }
    }
}
