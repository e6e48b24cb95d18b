internal import DequeModule

/// A queue in which requesters take turns, so that nobody waits for all that another one has enqueued.
///
/// Each site has a line of its own. In each round every line advances by one element, and within a line the site's networks
/// take turns. A round is closed when its first element is taken: what arrives later belongs to the next one. So the first
/// element of a line waits for one of each other line at most, and each element behind it for one more of each, however many
/// sites come anew meanwhile.
///
/// Elements of the same name from many lines are spread over later rounds: see ``Namesakes``. An element without a network is
/// due in the open round, whatever else waits. Elements of a round are taken in the order of their arrival.
struct FairQueue<Element> {
    private struct Entry {
        var element: Element
        let requester: Requester
    }

    /// The elements of a site.
    private struct Line {
        /// The number of elements, those with a place included.
        var count = 0
        /// The first round in which the line has not advanced.
        var nextRound = 0
        /// True while an element that has a place holds up those behind it.
        var isLed = false
        /// The elements without a place.
        var others = NetworkTurns<Entry>()
    }

    /// An element whose place in the order is certain.
    private struct Place {
        var entry: Entry
        /// The round in which the element is due.
        let round: Int
        /// The line of the element; nil for one without a network.
        let line: ClientSite?
        /// True if the elements behind it in its line get no place before it is taken.
        let leadsLine: Bool
    }

    /// The elements that have a place, in the order in which they are due. Each line with elements has at least one.
    private var places = Deque<Place>()
    /// The round to which new elements belong: the first one of which none was taken.
    private var openRound = 0
    /// The lines that have elements.
    private var lines: [ClientSite: Line] = [:]
    private var namesakes = Namesakes()
    private var shares: Shares

    /// Creates an empty queue.
    /// - Parameter capacity: The number of places, for ``hasRoom(for:)``.
    init(capacity: Int = .max) {
        shares = Shares(capacity: capacity)
    }

    /// Returns whether the requester may have one more element in the queue.
    func hasRoom(for requester: Requester) -> Bool { shares.hasRoom(for: requester) }

    var isEmpty: Bool { places.isEmpty }
    var count: Int { shares.taken }

    /// The elements: those whose place is certain, in the order in which they are due, and then those behind them.
    var elements: [Element] {
        var all: [Element] = []
        forEach { all.append($0) }
        return all
    }

    /// Returns the least value that an element has, or nil if there is no element.
    func least<Value: Comparable>(_ value: (Element) -> Value) -> Value? {
        var least: Value?
        forEach {
            let next = value($0)
            if let known = least, known <= next { return }
            least = next
        }
        return least
    }

    /// Adds an element at the end of its requester's line.
    mutating func append(_ element: Element, for requester: Requester) {
        let entry = Entry(element: element, requester: requester)
        shares.take(for: requester)
        namesakes.add(requester)
        guard let network = requester.network else {
            let round = openRound + namesakes.delay(of: requester)
            return insert(Place(entry: entry, round: round, line: nil, leadsLine: false))
        }
        let site = network.site
        var line = lines.removeValue(forKey: site) ?? Line()
        line.count += 1
        line.others.append(entry, from: network)
        lines[site] = line
        advance(site)
    }

    /// Removes and returns the element that is due next.
    mutating func popFirst() -> Element? {
        guard let place = places.popFirst() else { return nil }
        free(place.entry)
        openRound = max(openRound, place.round + 1)
        if let site = place.line, var line = lines.removeValue(forKey: site), line.count > 1 {
            line.count -= 1
            if place.leadsLine { line.isLed = false }
            lines[site] = line
            advance(site)
        }
        if places.isEmpty { openRound = 0 }
        return place.entry.element
    }

    /// Changes each element. The order stays.
    mutating func modifyEach(_ change: (inout Element) -> Void) {
        for index in places.indices { change(&places[index].entry.element) }
        for site in Array(lines.keys) { lines[site]?.others.modifyEach { change(&$0.element) } }
    }

    /// Removes the elements that satisfy `isOver`. Those behind them in their lines move up.
    /// - Returns: The removed elements, in the order in which they were due.
    mutating func removeAll(where isOver: (Element) -> Bool) -> [Element] {
        var isAny = false
        forEach { if isOver($0) { isAny = true } }
        guard isAny else { return [] }
        var (old, removed): (FairQueue, [Element]) = (self, [])
        while let element = old.popFirst() { if isOver(element) { removed.append(element) } }
        for site in Array(lines.keys) {
            let entries = lines[site]?.others.removeAll { isOver($0.element) } ?? []
            for entry in entries { free(entry) }
            lines[site]?.count -= entries.count
        }
        let oldPlaces = places
        places.removeAll()
        for place in oldPlaces {
            if isOver(place.entry.element) {
                free(place.entry)
                if let next = successor(of: place) { places.append(next) }
            } else {
                places.append(place)
            }
        }
        if places.isEmpty { openRound = 0 }
        return removed
    }

    /// Gives back what an element has taken.
    private mutating func free(_ entry: Entry) {
        shares.free(of: entry.requester)
        namesakes.remove(entry.requester)
    }

    private func forEach(_ body: (Element) -> Void) {
        for place in places { body(place.entry.element) }
        for line in lines.values { line.others.forEach { body($0.element) } }
    }

    /// Gives the next element of a line a place, unless one leads the line. An element that is due later than its line, because
    /// of others of its name, does not hold up those behind it: they get places too, in later rounds.
    private mutating func advance(_ site: ClientSite) {
        guard var line = lines.removeValue(forKey: site) else { return }
        while !line.isLed, let entry = line.others.popFirst() {
            let turn = max(openRound, line.nextRound)
            line.nextRound = turn + 1
            let delay = namesakes.delay(of: entry.requester)
            line.isLed = delay == 0
            insert(Place(entry: entry, round: turn + delay, line: site, leadsLine: line.isLed))
        }
        lines[site] = line
    }

    /// Inserts a place behind those of its round. The places are sorted, so the search is a binary one.
    private mutating func insert(_ place: Place) {
        var (low, high) = (places.startIndex, places.endIndex)
        while low < high {
            let middle = low + (high - low) / 2
            if place.round < places[middle].round { high = middle } else { low = middle + 1 }
        }
        places.insert(place, at: low)
    }

    /// Removes an element with a place from its line; returns the place with the element behind it, if it held that up.
    private mutating func successor(of place: Place) -> Place? {
        guard let site = place.line, var line = lines.removeValue(forKey: site), line.count > 1 else { return nil }
        line.count -= 1
        var successor: Place?
        if place.leadsLine {
            successor = line.others.popFirst().map {
                Place(entry: $0, round: place.round, line: site, leadsLine: true)
            }
            line.isLed = successor != nil
        }
        lines[site] = line
        return successor
    }
}
