import Testing

@testable import Sessions

/// The division of places among networks and names.
@Suite struct SharesTests {
    private func client(_ network: Int?, _ name: String? = nil) -> Requester {
        Requester(address: network.map { "192.0.2.\($0)" }, name: name)
    }

    /// Takes places until there is no more room, and returns their number.
    private func fill(_ shares: inout Shares, _ requester: (Int) -> Requester) -> Int {
        var count = 0
        while shares.hasRoom(for: requester(count)) {
            shares.take(for: requester(count))
            count += 1
        }
        return count
    }

    @Test func `each network may have as many places as are free`() {
        var shares = Shares(capacity: 100)
        #expect(fill(&shares) { _ in client(1) } == 50)
        #expect(fill(&shares) { _ in client(2) } == 25)
        #expect(fill(&shares) { _ in client(3) } == 13)
        #expect(shares.hasRoom(for: client(4)) && !shares.hasRoom(for: client(1)))
    }

    @Test func `the networks of an IPv6 site may have as many together`() {
        var shares = Shares(capacity: 100)
        func network(_ site: Int, _ number: Int) -> Requester { Requester(address: "2001:db8:\(site):\(number)::1") }
        #expect(fill(&shares) { network(1, $0) } == 50)
        #expect(!shares.hasRoom(for: network(1, 1)) && shares.hasRoom(for: client(1)))
        #expect(fill(&shares) { network(2, $0) } == 25)
        for number in 0..<50 { shares.free(of: network(1, number)) }
        #expect(shares.taken == 25 && shares.networks.count == 25 && shares.sites.count == 1)
    }

    @Test func `so may each name, from whatever networks`() {
        var shares = Shares(capacity: 100)
        #expect(fill(&shares) { client($0, "ann") } == 50)
        #expect(shares.hasRoom(for: client(1, "bob")))
    }

    @Test func `without a network and a name all places can be taken`() {
        var shares = Shares(capacity: 100)
        #expect(fill(&shares) { _ in client(nil) } == 100)
        #expect(!shares.hasRoom(for: client(1)))
    }

    @Test func `a place that is freed can be taken again`() {
        var shares = Shares(capacity: 10)
        _ = fill(&shares) { _ in client(1, "ann") }
        #expect(!shares.hasRoom(for: client(1)) && shares.taken == 5)
        for _ in 0..<5 { shares.free(of: client(1, "ann")) }
        #expect(shares.taken == 0 && shares.networks.isEmpty && shares.sites.isEmpty && shares.names.isEmpty)
        #expect(shares.hasRoom(for: client(1, "ann")))
    }

    @Test func `a network is all spellings of an address, and a login's name in upper and lower case`() {
        let one = Requester(address: "2001:db8::1", username: "Ann")
        #expect(one == Requester(address: "2001:DB8:0:0:f::2", username: "aNN"))
        #expect(Requester(address: "unix:", username: "ann").network == nil)
    }
}
