internal import DequeModule

/// A queue in which requesters take turns, so that nobody waits for all that another one has enqueued (start-time fair
/// queueing).
///
/// Each network has a line of its own, and in each round every line advances by one element. Elements of the same name from
/// different networks share a place in a round: a name that many networks ask for advances as one of them. Elements without
/// a network are due at once. Elements of a round are taken in the order of their arrival, urgent ones first. Urgent
/// elements have lines of their own, and so do not wait for a network's other elements.
struct FairQueue<Element> {
    private struct Entry {
        var element: Element
        let requester: Requester
        let isUrgent: Bool
        /// The round in which the element is due.
        var round: Int

        func precedes(_ other: Entry) -> Bool {
            round != other.round ? round < other.round : isUrgent && !other.isUrgent
        }
    }

    private struct Line: Hashable {
        let network: ClientNetwork
        let isUrgent: Bool
    }

    /// The elements of a name that their networks' lines have in the same round.
    private struct Namesakes: Hashable {
        let name: String
        let round: Int
        let isUrgent: Bool
    }

    /// The elements in the order in which they are due.
    private var entries = Deque<Entry>()
    /// The round of the element taken last.
    private var round = 0
    /// The first free round of each line.
    private var lines: [Line: Int] = [:]
    private var namesakes: [Namesakes: Int] = [:]
    private var shares: Shares

    /// Creates an empty queue.
    /// - Parameter capacity: The number of places, for ``hasRoom(for:)``.
    init(capacity: Int = .max) {
        shares = Shares(capacity: capacity)
    }

    /// Returns whether the requester may have one more element in the queue.
    func hasRoom(for requester: Requester) -> Bool { shares.hasRoom(for: requester) }

    var isEmpty: Bool { entries.isEmpty }
    var count: Int { entries.count }

    /// The elements in the order in which they are due.
    var elements: some Sequence<Element> { entries.lazy.map(\.element) }

    /// Adds an element at the end of its requester's line.
    mutating func append(_ element: Element, for requester: Requester, isUrgent: Bool = false) {
        var due = round
        if let network = requester.network {
            let line = Line(network: network, isUrgent: isUrgent)
            due = max(due, lines[line] ?? 0)
            lines[line] = due + 1
        }
        if let name = requester.name {
            let key = Namesakes(name: name, round: due, isUrgent: isUrgent)
            due += namesakes[key, default: 0]
            namesakes[key, default: 0] += 1
        }
        insert(Entry(element: element, requester: requester, isUrgent: isUrgent, round: due))
        shares.take(for: requester)
    }

    /// Adds an element before all others.
    mutating func prepend(_ element: Element, for requester: Requester) {
        let first = min(round, entries.first?.round ?? round) - 1
        entries.prepend(Entry(element: element, requester: requester, isUrgent: true, round: first))
        shares.take(for: requester)
    }

    /// Removes and returns the element that is due next.
    mutating func popFirst() -> Element? {
        guard let entry = entries.popFirst() else { return nil }
        shares.free(of: entry.requester)
        round = max(round, entry.round)
        forgetPastRounds()
        return entry.element
    }

    /// Changes each element. The order stays.
    mutating func modifyEach(_ change: (inout Element) -> Void) {
        for index in entries.indices { change(&entries[index].element) }
    }

    /// Removes the elements that satisfy `isOver`. The others move up.
    /// - Returns: The removed elements, in the order in which they were due.
    mutating func removeAll(where isOver: (Element) -> Bool) -> [Element] {
        guard entries.contains(where: { isOver($0.element) }) else { return [] }
        let old = entries
        entries.removeAll()
        lines.removeAll()
        namesakes.removeAll()
        shares = Shares(capacity: shares.capacity)
        var removed: [Element] = []
        for entry in old {
            if isOver(entry.element) {
                removed.append(entry.element)
            } else if entry.round < round {
                entries.append(entry)
                shares.take(for: entry.requester)
            } else {
                append(entry.element, for: entry.requester, isUrgent: entry.isUrgent)
            }
        }
        return removed
    }

    private mutating func insert(_ entry: Entry) {
        var index = entries.endIndex
        while index > entries.startIndex, entry.precedes(entries[index - 1]) { index -= 1 }
        entries.insert(entry, at: index)
    }

    /// Keeps the memory in proportion to the elements.
    private mutating func forgetPastRounds() {
        if entries.isEmpty {
            round = 0
            lines.removeAll()
            namesakes.removeAll()
        } else if lines.count + namesakes.count > 4 * entries.count + 64 {
            lines = lines.filter { $0.value > round }
            namesakes = namesakes.filter { $0.key.round >= round }
        }
    }
}
