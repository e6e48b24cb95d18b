import TestSupport
import Testing

@testable import Sessions

/// The waits of somebody while others keep the queue busy all the time.
@Suite struct FairQueueSimulationTests {
    /// A client with an IPv4 address of its own.
    private static func person(_ number: Int, _ name: String? = nil) -> Requester {
        Requester(address: "10.\(number >> 16 & 255).\(number >> 8 & 255).\(number & 255)", name: name)
    }

    private static let office = "198.51.100.7"
    private static let attacker = "192.0.2.66"

    /// Ways to send one element after the other.
    enum Way: CaseIterable {
        case oneAddress
        case oneAddressAndName
        case manyNamesOfOneAddress
        case oneNameOfNewAddresses
        case newAddresses
        case noAddress

        func requester(_ number: Int) -> Requester {
            let new = FairQueueSimulationTests.person(1 << 23 | number)
            let office = FairQueueSimulationTests.office
            switch self {
            case .oneAddress: return Requester(address: office)
            case .oneAddressAndName: return Requester(address: office, name: "ann")
            case .manyNamesOfOneAddress: return Requester(address: office, name: "colleague \(number)")
            case .oneNameOfNewAddresses: return Requester(network: new.network, name: "ann")
            case .newAddresses: return new
            case .noAddress: return Requester()
            }
        }
    }

    // MARK: An endless supply of new networks

    @Test(arguments: Way.allCases, [false, true])
    func `new addresses without end delay nobody by more than one element each`(_ way: Way, haveNames: Bool) {
        var simulation = TurnSimulation(14) { Self.person($0, haveNames ? "somebody \($0)" : nil) }
        let waits = simulation.waits(300) { way.requester($0) }
        #expect(waits.count == 300 && waits.allSatisfy { $0 <= 14 }, "\(waits)")
    }

    @Test(arguments: Way.allCases)
    func `neither do elements without an address`(_ way: Way) {
        var unknown = TurnSimulation(14) { _ in Requester() }
        let behindUnknown = unknown.waits(300) { way.requester($0) }
        #expect(behindUnknown.count == 300 && behindUnknown.allSatisfy { $0 <= 14 }, "\(behindUnknown)")
    }

    @Test func `two that come repeatedly do not delay each other either, whatever comes anew`() {
        var simulation = TurnSimulation(15) { $0 % 15 == 0 ? Requester(address: Self.attacker) : Self.person($0) }
        let waits = simulation.waits(300) { _ in Requester(address: Self.office) }
        #expect(waits.count == 300 && waits.allSatisfy { $0 <= 15 }, "\(waits)")
    }

    @Test func `the memory is in proportion to the elements, however many networks and names have come`() throws {
        var simulation = TurnSimulation(14) { Self.person($0, "somebody \($0)") }
        _ = simulation.waits(1000) { _ in Requester(address: Self.office, name: "ann") }
        for path in [["lines"], ["namesakes", "names"], ["shares", "networks"], ["shares", "sites"]] {
            var value: Any = simulation.queue
            for name in path { value = try #require(Mirror(reflecting: value).descendant(name)) }
            #expect(Mirror(reflecting: value).children.count == 14, "\(path)")
        }
        #expect(simulation.queue.count == 14)
    }

    // MARK: An attacker with many connections

    @Test(arguments: [30, 100, 500])
    func `many connections of one address delay others by one element`(_ connections: Int) {
        for way in Way.allCases {
            var simulation = TurnSimulation(connections) { _ in Requester(address: Self.attacker) }
            let waits = simulation.waits(100) { way.requester($0) }
            #expect(waits.count == 100 && waits.allSatisfy { $0 <= 1 }, "\(way): \(waits)")
        }
    }

    @Test(arguments: [30, 100, 500])
    func `many connections of one address, each with another name, or with the owner's`(_ connections: Int) {
        for way in Way.allCases {
            var names = TurnSimulation(connections) { Requester(address: Self.attacker, name: "name \($0 % 7)") }
            let behindNames = names.waits(100) { way.requester($0) }
            #expect(behindNames.count == 100 && behindNames.allSatisfy { $0 <= 1 }, "\(way): \(behindNames)")
            var owner = TurnSimulation(connections) { _ in Requester(address: Self.attacker, name: "ann") }
            let behindOwner = owner.waits(100) { way.requester($0) }
            #expect(behindOwner.count == 100 && behindOwner.allSatisfy { $0 <= 2 }, "\(way): \(behindOwner)")
        }
    }

    @Test(arguments: [60, 500])
    func `many connections from all networks of an IPv6 site delay others by one element`(_ connections: Int) {
        var random = SeededGenerator(seed: 21)
        let networks = (0..<4096).map { _ in String(UInt16.random(in: 0...UInt16.max, using: &random), radix: 16) }
        func crowd(_ number: Int) -> Requester {
            Requester(address: "2001:db8:7:\(networks[number % networks.count])::1", name: "name \(number)")
        }
        for way in Way.allCases {
            var simulation = TurnSimulation(connections, crowd)
            let waits = simulation.waits(100) { way.requester($0) }
            #expect(waits.count == 100 && waits.allSatisfy { $0 <= 1 }, "\(way): \(waits)")
        }
        var simulation = TurnSimulation(connections, crowd)
        let neighbour = simulation.waits(20) { _ in Requester(address: "2001:db8:7::1") }
        #expect(neighbour.count == 20 && neighbour.allSatisfy { $0 <= connections }, "\(neighbour)")
    }

    @Test(arguments: [30, 100, 500], [10, 1000])
    func `many addresses that ask for one name delay others little, and the name by one element each`(
        _ connections: Int, addresses: Int
    ) {
        func crowd(_ number: Int) -> Requester { Self.person(number % addresses, "ann") }
        // Each round has at most √(2n) of the n addresses' elements; a newcomer may see the end of one and all of the next.
        let limit = 2 * Int(Double(2 * min(connections, addresses)).squareRoot()) + 4
        for way in [Way.oneAddress, .manyNamesOfOneAddress, .newAddresses, .noAddress] {
            var simulation = TurnSimulation(connections, crowd)
            let waits = simulation.waits(200) { way.requester($0) }
            #expect(waits.count == 200 && waits.allSatisfy { $0 <= limit }, "\(way): \(waits)")
        }
        for way in [Way.oneAddressAndName, .oneNameOfNewAddresses] {
            var simulation = TurnSimulation(connections, crowd)
            let waits = simulation.waits(40) { way.requester($0) }
            #expect(waits.count == 40 && waits.allSatisfy { $0 <= connections + limit }, "\(way): \(waits)")
        }
    }

    // MARK: Any mixture

    @Test func `an element waits for one of each other site for itself and for each before it in its own`() {
        struct Taken {
            let site: Int
            let network: Int
        }
        var random = SeededGenerator(seed: 22)
        for _ in 0..<40 {
            var (queue, log, starts) = (FairQueue<(number: Int, of: Taken)>(), [Taken](), [Int]())
            for _ in 0..<300 {
                if Int.random(in: 0..<20, using: &random) < 11 {
                    let client = Taken(
                        site: .random(in: 0..<6, using: &random), network: .random(in: 0..<3, using: &random))
                    let address = "2001:db8:\(client.site):\(client.network)::1"
                    queue.append((starts.count, client), for: Requester(address: address))
                    starts.append(log.count)
                } else if let (number, client) = queue.popFirst() {
                    let before = log[starts[number]...]
                    let own = before.count { $0.site == client.site }
                    for site in 0..<6 where site != client.site {
                        #expect(before.count { $0.site == site } <= own + 1)
                    }
                    let inSite = before.filter { $0.site == client.site }
                    let ownNetwork = inSite.count { $0.network == client.network }
                    for network in 0..<3 where network != client.network {
                        #expect(inSite.count { $0.network == network } <= ownNetwork + 2)
                    }
                    log.append(client)
                }
            }
        }
    }
}
