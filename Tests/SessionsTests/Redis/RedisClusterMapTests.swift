import EventLoop
import Testing

@testable import Sessions

/// The slot map from the reply to CLUSTER SLOTS.
@Suite struct RedisClusterMapTests {
    private let asked = ServerAddress.tcp(host: "seed", port: 7000)

    private func node(_ host: String?, _ port: Int64) -> RedisReply {
        .array([
            host.map { .string(Array($0.utf8)) } ?? .null, .integer(port), .string(Array(repeating: 97, count: 40)),
            .array([.string(Array("hostname".utf8)), .string(Array("other".utf8))]),
        ])
    }

    private func range(_ first: Int64, _ last: Int64, _ nodes: RedisReply...) -> RedisReply {
        .array([.integer(first), .integer(last)] + nodes)
    }

    private func map(_ ranges: RedisReply...) throws -> RedisClusterMap {
        try RedisClusterMap(slots: .array(ranges), askedFrom: asked)
    }

    private func address(_ host: String, _ port: UInt16) -> ServerAddress { .tcp(host: host, port: port) }

    private func slot(_ number: Int) throws -> RedisHashSlot { try #require(RedisHashSlot(number)) }

    private func owner(of slot: Int, in map: RedisClusterMap) -> ServerAddress? {
        RedisHashSlot(slot).flatMap { map.primary(of: $0) }
    }

    private var whole: RedisReply {
        .array([
            range(5461, 10922, node("b", 1), node("b2", 1)), range(0, 5460, node("a", 1), node("a2", 1), node("a3", 1)),
            range(10923, 16383, node("c", 1)),
        ])
    }

    @Test func `each slot has the primary of its range`() throws {
        let map = try RedisClusterMap(slots: whole, askedFrom: asked)
        for (number, host) in [(0, "a"), (5460, "a"), (5461, "b"), (10922, "b"), (10923, "c"), (16383, "c")] {
            #expect(owner(of: number, in: map) == address(host, 1))
        }
        #expect(Set(map.primaries) == [address("a", 1), address("b", 1), address("c", 1)])
        #expect(map.primaries.count == 3 && !map.isEmpty)
    }

    @Test func `replicas serve no slots, but can be asked for a map`() throws {
        let map = try RedisClusterMap(slots: whole, askedFrom: asked)
        #expect(Set(map.replicas) == [address("a2", 1), address("a3", 1), address("b2", 1)])
        #expect(Set(map.servers) == Set(map.primaries + map.replicas) && map.servers.count == 6)
    }

    @Test func `slots without a node have no primary`() throws {
        let map = try map(range(1, 1, node("a", 1)), range(3, 16383, node("a", 1), node("b", 1)))
        #expect(owner(of: 0, in: map) == nil && owner(of: 2, in: map) == nil)
        #expect(owner(of: 1, in: map) == address("a", 1) && owner(of: 3, in: map) == address("a", 1))
        #expect(map.primaries == [address("a", 1)] && map.replicas == [address("b", 1)])
        #expect(map.unservedSlots == 2)
    }

    @Test func `a node that serves slots is not listed as a replica`() throws {
        let map = try map(
            range(0, 1, node("a", 1), node("b", 1)), range(2, 3, node("b", 1), node("a", 1), node("c", 1)))
        #expect(map.primaries == [address("a", 1), address("b", 1)] && map.replicas == [address("c", 1)])
        #expect(map.servers.count == 3)
    }

    @Test func `a map without slots is empty`() throws {
        let map = try map()
        #expect(map.isEmpty && map.primaries.isEmpty && map.servers.isEmpty && map == RedisClusterMap())
    }

    @Test(arguments: [nil, ""]) func `a node without a host name is the one that was asked`(
        _ host: String?
    ) throws {
        let map = try map(range(0, 16383, node(host, 7001), node("b", 1)))
        #expect(map.primaries == [address("seed", 7001)])
    }

    @Test func `a node with an unknown name or without a port has no address`() throws {
        let map = try map(
            range(0, 1, node("?", 1), node("a", 1)), range(2, 3, node("b", 0), node("c", 0)), range(4, 5, node("d", 1)))
        #expect(owner(of: 0, in: map) == nil && owner(of: 2, in: map) == nil)
        #expect(map.primaries == [address("d", 1)] && map.replicas == [address("a", 1)])
    }

    @Test func `additional and missing fields of other versions are accepted`() throws {
        let short = RedisReply.array([.string(Array("a".utf8)), .integer(1)])
        let long = RedisReply.array([.string(Array("b".utf8)), .integer(1), .null, .integer(4), .status("x")])
        let map = try map(range(0, 0, short), range(1, 1, long))
        #expect(map.primaries == [address("a", 1), address("b", 1)])
    }

    // MARK: Moves

    @Test func `a moved slot has its new primary, the others keep theirs`() throws {
        var map = try RedisClusterMap(slots: whole, askedFrom: asked)
        map.move(try slot(7), to: address("c", 1))
        map.move(try slot(8), to: address("new", 2))
        map.move(try slot(9), to: address("a2", 1))
        #expect(owner(of: 6, in: map) == address("a", 1))
        #expect(owner(of: 7, in: map) == address("c", 1))
        #expect(owner(of: 8, in: map) == address("new", 2))
        #expect(owner(of: 9, in: map) == address("a2", 1))
        #expect(owner(of: 10, in: map) == address("a", 1))
        #expect(map.primaries.count == 5 && map.servers.count == 7)
    }

    @Test func `a node without slots is no primary any more, but can be asked for a map`() throws {
        var map = try map(range(0, 1, node("a", 1)))
        map.move(try slot(0), to: address("b", 1))
        #expect(Set(map.primaries) == [address("a", 1), address("b", 1)])
        map.move(try slot(1), to: address("b", 1))
        #expect(map.primaries == [address("b", 1)])
        #expect(Set(map.servers) == [address("a", 1), address("b", 1)])
    }

    @Test func `an empty map is filled by moves`() throws {
        var map = RedisClusterMap()
        map.move(try slot(5), to: address("a", 1))
        #expect(owner(of: 5, in: map) == address("a", 1) && !map.isEmpty)
    }

    @Test func `moves to ever more nodes do not exhaust memory`() throws {
        var map = try RedisClusterMap(slots: whole, askedFrom: asked)
        for number in 0..<5000 { map.move(try slot(number), to: address("x\(number)", 1)) }
        #expect(map.servers.count <= 1010)
        #expect(owner(of: 4999, in: map) == address("a", 1))
    }

    // MARK: Invalid replies

    @Test func `overlapping ranges are refused`() {
        for (first, second) in [(0...5, 5...6), (0...5, 0...5), (3...3, 0...16383), (0...9, 4...5)] {
            #expect(throws: RedisProtocolProblem.self) {
                try map(
                    range(Int64(first.lowerBound), Int64(first.upperBound), node("a", 1)),
                    range(Int64(second.lowerBound), Int64(second.upperBound), node("b", 1)))
            }
        }
        #expect(throws: RedisProtocolProblem.self) { try map(range(0, 5, node("?", 1)), range(5, 5, node("b", 1))) }
    }

    @Test(
        arguments: [
            (-1, 5), (0, 16384), (5, 4), (Int64.min, 0), (0, Int64.max), (16384, 16384),
        ] as [(Int64, Int64)]) func `invalid ranges are refused`(_ first: Int64, _ last: Int64)
    {
        #expect(throws: RedisProtocolProblem.self) { try map(range(first, last, node("a", 1))) }
    }

    @Test func `wrong types are refused`() {
        let good = node("a", 1)
        let bad: [RedisReply] = [
            .null, .integer(1), .status("OK"), .string([]), .array([.null]), .array([.array([])]),
            .array([.integer(0)]),
            .array([range(0, 5)]), .array([.array([.string([48]), .integer(5), good])]),
            .array([.array([.integer(0), .null, good])]), .array([range(0, 5, .null)]),
            .array([range(0, 5, .array([]))]),
            .array([range(0, 5, .array([.integer(1), .integer(1)]))]), .array([range(0, 5, .array([good, good]))]),
            .array([range(0, 5, .array([.string([97]), .string([49])]))]), .array([range(0, 5, node("a", -1))]),
            .array([range(0, 5, node("a", 65536))]), .array([range(0, 5, node("a b", 1))]),
            .array([range(0, 5, node("a\n", 1))]), .array([range(0, 5, good, .integer(1))]),
            .array([range(0, 5, good, node("/", 1))]),
        ]
        for reply in bad {
            #expect(throws: RedisProtocolProblem.self, "\(reply)") {
                try RedisClusterMap(slots: reply, askedFrom: asked)
            }
        }
    }

    @Test func `a server that is not in a cluster is a problem with the server's text`() {
        let error = RedisServerError("ERR This instance has cluster support disabled")
        #expect(throws: RedisProtocolProblem.refused(command: "CLUSTER SLOTS", error)) {
            try RedisClusterMap(slots: .error(error), askedFrom: asked)
        }
    }

    @Test func `the limits are a range per slot and a thousand nodes`() throws {
        let single = (0..<16_384).map {
            range(Int64($0), Int64($0), node("n\($0 % 1000)", 1), node("r\($0 % 1000)", 1))
        }
        let map = try RedisClusterMap(slots: .array(single), askedFrom: asked)
        #expect(map.primaries.count == 1000 && map.servers.count == 2000)
        #expect(throws: RedisProtocolProblem.self) {
            try RedisClusterMap(slots: .array(single + [range(0, 0, node("a", 1))]), askedFrom: asked)
        }
        let many = (0..<1001).map { range(Int64($0), Int64($0), node("n\($0)", 1)) }
        #expect(throws: RedisProtocolProblem.self) { try RedisClusterMap(slots: .array(many), askedFrom: asked) }
        let replicas = (0..<1001).map { node("r\($0)", 1) }
        #expect(throws: RedisProtocolProblem.self) {
            try self.map(.array([.integer(0), .integer(1), node("a", 1)] + replicas))
        }
    }
}
