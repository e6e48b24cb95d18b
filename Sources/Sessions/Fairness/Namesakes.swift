/// The sites that wait for each name, so that a name that many sites ask for at once does not delay other names.
///
/// An element is due √(2n) rounds later than its line if n other sites wait for its name. So of n sites no more than about
/// √(2n) have the name in the same round, and later ones do not overtake earlier ones. Other elements of the same site do not
/// count: they wait in its line.
struct Namesakes {
    /// The elements that wait for a name.
    private struct Waiting {
        /// The number of elements of each site.
        var sites: [ClientSite: Int] = [:]
        /// The number of elements without a site. Each counts like a site.
        var withoutSite = 0

        var isEmpty: Bool { sites.isEmpty && withoutSite == 0 }
    }

    private var names: [String: Waiting] = [:]

    /// Adds an element that waits.
    mutating func add(_ requester: Requester) {
        guard let name = requester.name else { return }
        if let site = requester.network?.site {
            names[name, default: Waiting()].sites[site, default: 0] += 1
        } else {
            names[name, default: Waiting()].withoutSite += 1
        }
    }

    /// Removes an element that was added.
    mutating func remove(_ requester: Requester) {
        guard let name = requester.name, var waiting = names.removeValue(forKey: name) else { return }
        if let site = requester.network?.site {
            let count = waiting.sites[site, default: 0]
            waiting.sites[site] = count > 1 ? count - 1 : nil
        } else {
            waiting.withoutSite -= 1
        }
        if !waiting.isEmpty { names[name] = waiting }
    }

    /// Returns the number of rounds by which an element that was added is due later than its line.
    func delay(of requester: Requester) -> Int {
        guard let name = requester.name, let waiting = names[name] else { return 0 }
        return Self.delay(behind: waiting.sites.count + waiting.withoutSite - 1)
    }

    /// Returns the number of rounds by which an element is due later than its line if `others` other sites wait for its name.
    static func delay(behind others: Int) -> Int { Int(Double(2 * max(0, others)).squareRoot()) }
}
