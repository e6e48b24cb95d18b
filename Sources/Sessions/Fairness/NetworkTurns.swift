internal import DequeModule

/// The elements of several networks, which take turns: each turn takes one element of one network.
struct NetworkTurns<Element> {
    /// The networks that have elements, the next one first.
    private var networks = Deque<ClientNetwork>()
    /// The elements of each network, in the order of their arrival; never empty.
    private var elements: [ClientNetwork: Deque<Element>] = [:]

    /// Adds an element behind the others of its network. A network without others has its turn after all that have some.
    mutating func append(_ element: Element, from network: ClientNetwork) {
        if elements[network] == nil { networks.append(network) }
        elements[network, default: Deque()].append(element)
    }

    /// Removes and returns the next element.
    mutating func popFirst() -> Element? {
        guard let network = networks.popFirst(), var line = elements.removeValue(forKey: network) else { return nil }
        let element = line.popFirst()
        if !line.isEmpty {
            networks.append(network)
            elements[network] = line
        }
        return element
    }

    /// Calls `body` with each element, network by network.
    func forEach(_ body: (Element) -> Void) {
        for network in networks { elements[network]?.forEach(body) }
    }

    /// Changes each element. The order stays.
    mutating func modifyEach(_ change: (inout Element) -> Void) {
        for network in networks {
            guard var line = elements.removeValue(forKey: network) else { continue }
            for index in line.indices { change(&line[index]) }
            elements[network] = line
        }
    }

    /// Removes and returns the elements that satisfy `isOver`. The others move up.
    mutating func removeAll(where isOver: (Element) -> Bool) -> [Element] {
        var removed: [Element] = []
        let old = networks
        networks.removeAll()
        for network in old {
            guard var line = elements.removeValue(forKey: network) else { continue }
            removed.append(contentsOf: line.filter(isOver))
            line.removeAll(where: isOver)
            guard !line.isEmpty else { continue }
            networks.append(network)
            elements[network] = line
        }
        return removed
    }
}
