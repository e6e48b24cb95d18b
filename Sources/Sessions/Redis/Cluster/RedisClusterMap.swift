package import EventLoop

/// Which node of a cluster serves which slot, as one of them said.
package struct RedisClusterMap: Equatable, Sendable {
    /// Of every slot the index of its primary in `nodes`, or `nobody`.
    private var owners: [UInt16]
    private var nodes: [ServerAddress] = []
    private var indexes: [ServerAddress: UInt16] = [:]
    private static let nobody = UInt16.max

    /// More nodes than the thousand that the specification is made for are a mistake, or worse.
    private static let maxNodes = 1000

    /// Servers that are known as replicas.
    package private(set) var replicas: [ServerAddress] = []

    /// A map that knows nothing.
    package init() {
        owners = Array(repeating: Self.nobody, count: RedisHashSlot.count)
    }

    /// Reads the reply to `CLUSTER SLOTS`. It may leave slots without a primary.
    /// - Parameter server: the node that was asked; one that does not know its own name means it by no host.
    package init(slots reply: RedisReply, askedFrom server: ServerAddress) throws(RedisProtocolProblem) {
        self.init()
        // Every range of one slot: there cannot be more.
        let ranges = try RedisClusterRange.read(reply, atMost: RedisHashSlot.count)
        var isTaken = Array(repeating: false, count: RedisHashSlot.count)
        var others: Set<ServerAddress> = []
        for range in ranges {
            for slot in range.slots {
                guard !isTaken[slot] else { throw RedisClusterRange.problem("two ranges of slots overlap") }
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

    /// Who serves the slot; nil when nobody is known to.
    package func primary(of slot: RedisHashSlot) -> ServerAddress? {
        let owner = owners[slot.number]
        return owner == Self.nobody ? nil : nodes[Int(owner)]
    }

    /// Everybody who serves a slot, each once.
    package var primaries: [ServerAddress] {
        var serves = Array(repeating: false, count: nodes.count)
        for owner in owners where owner != Self.nobody { serves[Int(owner)] = true }
        return zip(nodes, serves).compactMap { $1 ? $0 : nil }
    }

    /// Everybody who can be asked for a map: the primaries, those that were, and the replicas; each once.
    package var servers: [ServerAddress] { nodes + replicas.filter { indexes[$0] == nil } }

    /// Whether no slot has a primary: such a map says nothing.
    package var isEmpty: Bool { owners.allSatisfy { $0 == Self.nobody } }

    /// A node said that the slot is at `address` now.
    package mutating func move(_ slot: RedisHashSlot, to address: ServerAddress) {
        // No room: the next map will say it.
        guard let index = index(of: address) else { return }
        owners[slot.number] = index
    }

    /// The place of the address in `nodes`, made when there is none; nil when there are too many.
    private mutating func index(of address: ServerAddress) -> UInt16? {
        if let index = indexes[address] { return index }
        guard nodes.count < Self.maxNodes else { return nil }
        let index = UInt16(nodes.count)
        nodes.append(address)
        indexes[address] = index
        return index
    }
}
