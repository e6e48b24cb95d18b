import EventLoop
import Testing

@testable import Sessions

/// Urgent commands and others that wait for one connection.
@Suite struct WaitingCommandsTests {
    private let start = BootInstant(nanoseconds: 1_000_000_000)
    private var waiting = WaitingCommands()
    private var lastID = 0

    private func command(
        _ id: Int, of requester: Requester = Requester(), isUrgent: Bool = false, deadline: Double = 5
    ) -> CommandQueue.Command {
        CommandQueue.Command(
            id, statement: "a", isIdempotent: true, isUrgent: isUrgent, requester: requester, askedAt: start,
            deadline: start + .seconds(deadline))
    }

    /// A client with an address of its own.
    private static func person(_ number: Int) -> Requester {
        Requester(address: "10.\(number >> 16 & 255).\(number >> 8 & 255).\(number & 255)")
    }

    /// Adds a command if there is room; returns whether there is.
    private mutating func add(_ requester: Requester, isUrgent: Bool) -> Bool {
        lastID += 1
        let new = command(lastID, of: requester, isUrgent: isUrgent)
        guard waiting.hasRoom(for: new) else { return false }
        waiting.append(new)
        return true
    }

    /// Fills the queue with what a number of connections of each address sends.
    private mutating func flood(addresses: Int, connections: Int, isUrgent: Bool) {
        for _ in 0..<connections {
            for address in 0..<addresses { _ = add(Self.person(address), isUrgent: isUrgent) }
        }
    }

    /// Has somebody new send a command while a flood goes on: for each command that is taken its sender sends the next.
    /// - Returns: The number of commands that are taken before it; nil if it is refused.
    private mutating func waitOfNew(_ requester: Requester, isUrgent: Bool) -> Int? {
        guard add(requester, isUrgent: isUrgent) else { return nil }
        let id = lastID
        var count = 0
        while let taken = waiting.popFirst(), taken.id != id {
            _ = add(taken.requester, isUrgent: taken.isUrgent)
            count += 1
        }
        return count
    }

    private mutating func takeAll() -> [Int] {
        var all: [Int] = []
        while let command = waiting.popFirst() { all.append(command.id) }
        return all
    }

    // MARK: Floods

    @Test(arguments: [1, 60, 200, 1000])
    mutating func `an urgent command waits for one other command, however many send others`(_ addresses: Int) {
        flood(addresses: addresses, connections: 3, isUrgent: false)
        for number in 0..<100 {
            let wait = waitOfNew(Self.person(1 << 20 | number), isUrgent: true)
            #expect(wait.map { $0 <= 1 } == true, "\(number): \(String(describing: wait))")
        }
    }

    @Test(arguments: [(1, 1100), (12, 100), (30, 100), (400, 10)])
    mutating func `urgent commands take no place of others, and leave them a third of the turns`(
        addresses: Int, connections: Int
    ) {
        flood(addresses: addresses, connections: connections, isUrgent: true)
        for number in 0..<100 {
            let wait = waitOfNew(Self.person(1 << 20 | number), isUrgent: false)
            #expect(wait.map { $0 <= 2 } == true, "\(number): \(String(describing: wait))")
        }
    }

    @Test(arguments: [(1, 5000), (12, 1000), (30, 100), (400, 10)])
    mutating func `urgent commands of many are taken in turns, and everybody else's first one has a place`(
        addresses: Int, connections: Int
    ) {
        flood(addresses: addresses, connections: connections, isUrgent: true)
        for number in 0..<100 {
            let wait = waitOfNew(Self.person(1 << 20 | number), isUrgent: true)
            #expect(wait.map { $0 <= addresses } == true, "\(number): \(String(describing: wait))")
        }
    }

    @Test mutating func `beyond its share a site's urgent commands are refused, and so are a name's`() {
        flood(addresses: 1, connections: 5000, isUrgent: true)
        #expect(waiting.count == WaitingCommands.maxUrgent / 2)
        let more = [
            add(Self.person(0), isUrgent: true), add(Self.person(0), isUrgent: false),
            add(Self.person(1), isUrgent: true),
        ]
        #expect(more == [false, true, true])
        waiting = WaitingCommands()
        var count = 0
        while add(Requester(address: "10.1.\(count >> 8 & 255).\(count & 255)", name: "ann"), isUrgent: true) {
            count += 1
        }
        #expect(count == WaitingCommands.maxUrgent / 2)
        let another = add(Requester(address: "10.2.0.1", name: "bob"), isUrgent: true)
        #expect(another)
    }

    @Test mutating func `with an urgent command from each other connection of a worker there is room for one more`() {
        flood(addresses: WaitingCommands.maxUrgent - 1, connections: 1, isUrgent: true)
        #expect(waiting.count == WaitingCommands.maxUrgent - 1)
        let isTaken = add(Self.person(1 << 20), isUrgent: true)
        #expect(isTaken)
    }

    // MARK: Order

    @Test mutating func `two urgent commands are taken for each other one, if there are both`() {
        for id in 1...5 { waiting.append(command(id, of: Self.person(1), isUrgent: true)) }
        for id in 11...14 { waiting.append(command(id, of: Self.person(1))) }
        #expect(takeAll() == [1, 2, 11, 3, 4, 12, 5, 13, 14])
        #expect(waiting.isEmpty && waiting.count == 0)
    }

    @Test mutating func `after many urgent commands without others the next other one has its turn at once`() {
        for id in 1...5 { waiting.append(command(id, isUrgent: true)) }
        for id in 1...4 {
            let first = waiting.popFirst()?.id
            #expect(first == id)
        }
        waiting.append(command(11))
        #expect(takeAll() == [11, 5])
    }

    @Test mutating func `an urgent command that waited for a lock in vain lets one of the others go first`() {
        waiting.append(command(1, isUrgent: true))
        waiting.append(command(11))
        let first = waiting.popFirst()?.id
        #expect(first == 1)
        waiting.putBack(command(1, isUrgent: true))
        #expect(takeAll() == [11, 1])
        waiting.append(command(2, isUrgent: true))
        waiting.putBack(command(12))
        #expect(takeAll() == [2, 12])
    }

    @Test mutating func `a prepended command is due before all others`() {
        waiting.append(command(1, of: Self.person(1)))
        waiting.append(command(2, of: Self.person(2), isUrgent: true))
        waiting.prepend(command(9, of: Self.person(1)))
        waiting.append(command(3, of: Self.person(3), isUrgent: true))
        #expect(waiting.elements.map(\.id) == [9, 2, 3, 1] && waiting.count == 4)
        #expect(takeAll() == [9, 2, 3, 1])
    }

    @Test mutating func `all kinds are changed, removed, and known by their least value`() {
        waiting.append(command(1, deadline: 3))
        waiting.append(command(2, isUrgent: true, deadline: 2))
        waiting.prepend(command(3, deadline: 1))
        for (id, seconds) in [(3, 1.0), (2, 2.0), (1, 3.0)] {
            #expect(waiting.least(\.deadline) == start + .seconds(seconds))
            let removed = waiting.removeAll { $0.id == id }
            #expect(removed.map(\.id) == [id])
        }
        #expect(waiting.isEmpty && waiting.least(\.deadline) == nil)
        waiting.append(command(1))
        waiting.append(command(2, isUrgent: true))
        waiting.prepend(command(3))
        let later = start + .seconds(9)
        waiting.modifyEach { $0.extend(to: later) }
        #expect(waiting.elements.allSatisfy { $0.deadline == later } && waiting.count == 3)
        let removed = waiting.removeAll { _ in true }
        #expect(removed.map(\.id) == [3, 2, 1])
    }
}
