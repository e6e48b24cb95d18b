/// The division of a limited number of places among requesters: a site, or a name, may have as many places as are free.
///
/// So nobody can take more than half of the places, a second one not more than a third, and some places are always free for
/// others. A requester who is alone is not limited further, and there is nothing to configure. Requesters without a network
/// or a name are limited only by the number of places.
struct Shares {
    /// The number of places.
    let capacity: Int
    /// The number of places that are taken.
    private(set) var taken = 0
    /// The number of places that each network has.
    private(set) var networks: [ClientNetwork: Int] = [:]
    /// The number of places that each site's networks have together.
    private(set) var sites: [ClientSite: Int] = [:]
    /// The number of places that each name has.
    private(set) var names: [String: Int] = [:]

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// Returns whether a requester may have one more place.
    func hasRoom(for requester: Requester) -> Bool {
        let free = capacity - taken
        guard free > 0 else { return false }
        if let network = requester.network, sites[network.site, default: 0] >= free { return false }
        if let name = requester.name, names[name, default: 0] >= free { return false }
        return true
    }

    /// Gives a requester a place, whether or not there is room.
    mutating func take(for requester: Requester) {
        taken += 1
        if let network = requester.network {
            networks[network, default: 0] += 1
            sites[network.site, default: 0] += 1
        }
        if let name = requester.name { names[name, default: 0] += 1 }
    }

    /// Frees a place that the requester has.
    mutating func free(of requester: Requester) {
        taken -= 1
        if let network = requester.network {
            Self.decrement(&networks, network)
            Self.decrement(&sites, network.site)
        }
        if let name = requester.name { Self.decrement(&names, name) }
    }

    private static func decrement<Key: Hashable>(_ counts: inout [Key: Int], _ key: Key) {
        guard let count = counts[key] else { return }
        counts[key] = count > 1 ? count - 1 : nil
    }
}
