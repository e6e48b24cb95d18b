package import EventLoop

/// The assignment of a cluster's slots to its nodes, as reported by one of them.
package struct RedisClusterMap: Equatable, Sendable {
    /// The index in `nodes` of each slot's primary, or `nobody`.
    private var owners: [UInt16]
    private var nodes: [ServerAddress] = []
    private var indexes: [ServerAddress: UInt16] = [:]
    private static let nobody = UInt16.max

    /// The maximum number of nodes: the specification is designed for up to 1000.
    private static let maxNodes = 1000

    /// The addresses of the known replicas.
    package private(set) var replicas: [ServerAddress] = []

    /// Creates a map without nodes.
    package init() {
        owners = Array(repeating: Self.nobody, count: RedisHashSlot.count)
    }

    /// Reads the reply to `CLUSTER SLOTS`. Slots may remain without a primary.
    /// - Parameters:
    ///   - reply: The reply.
    ///   - server: The node that replied. A node that does not know its own name reports an empty host for itself.
    /// - Throws: ``RedisProtocolProblem`` for a refusal or an invalid reply.
    package init(slots reply: RedisReply, askedFrom server: ServerAddress) throws(RedisProtocolProblem) {
        self.init()
        // The maximum: one range per slot.
        let ranges = try RedisClusterRange.read(reply, atMost: RedisHashSlot.count)
        var isTaken = Array(repeating: false, count: RedisHashSlot.count)
        var others: Set<ServerAddress> = []
        for range in ranges {
            for slot in range.slots {
                guard !isTaken[slot] else { throw RedisClusterRange.problem("overlapping slot ranges") }
                isTaken[slot] = true
            }
            if let primary = range.primary.address(askedFrom: server) {
                guard let index = index(of: primary) else { throw RedisClusterRange.problem("too many nodes") }
                for slot in range.slots { owners[slot] = index }
            }
            for replica in range.replicas.compactMap({ $0.address(askedFrom: server) })
            where others.insert(replica).inserted {
                guard replicas.count < Self.maxNodes else { throw RedisClusterRange.problem("too many nodes") }
                replicas.append(replica)
            }
        }
        replicas.removeAll { indexes[$0] != nil }
    }

    /// Returns the primary of a slot, or nil if none is known.
    package func primary(of slot: RedisHashSlot) -> ServerAddress? {
        let owner = owners[slot.number]
        return owner == Self.nobody ? nil : nodes[Int(owner)]
    }

    /// The nodes that serve at least one slot, without duplicates.
    package var primaries: [ServerAddress] {
        var serves = Array(repeating: false, count: nodes.count)
        for owner in owners where owner != Self.nobody { serves[Int(owner)] = true }
        return zip(nodes, serves).compactMap { $1 ? $0 : nil }
    }

    /// The nodes that can be asked for a map: the present and former primaries and the replicas, without duplicates.
    package var servers: [ServerAddress] { nodes + replicas.filter { indexes[$0] == nil } }

    /// A Boolean value that indicates whether no slot has a primary, in which case the map is useless.
    package var isEmpty: Bool { owners.allSatisfy { $0 == Self.nobody } }

    /// The number of slots without a known primary.
    package var unservedSlots: Int { owners.count { $0 == Self.nobody } }

    /// Records that a slot has moved to `address`.
    package mutating func move(_ slot: RedisHashSlot, to address: ServerAddress) {
        // No room: the next map will have the node.
        guard let index = index(of: address) else { return }
        owners[slot.number] = index
    }

    /// Returns the index of an address in `nodes`, which is added if missing; nil if there are too many.
    private mutating func index(of address: ServerAddress) -> UInt16? {
        if let index = indexes[address] { return index }
        guard nodes.count < Self.maxNodes else { return nil }
        let index = UInt16(nodes.count)
        nodes.append(address)
        indexes[address] = index
        return index
    }
}
