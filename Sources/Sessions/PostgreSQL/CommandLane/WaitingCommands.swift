/// The commands of a ``CommandQueue`` that are not at the server.
///
/// Urgent commands, which end sessions, and the others wait in two queues with places of their own. Requesters take turns in
/// each: see ``FairQueue``. While both have commands, two urgent ones are taken for each other one. So an urgent command waits
/// for urgent ones, and for one other command with every two of them, whoever sends the others; and however many urgent ones
/// wait, the others keep their places and a third of the turns.
struct WaitingCommands {
    typealias Command = CommandQueue.Command

    /// Commands that are sent again on the next connection, before all others.
    private var first: [Command] = []
    private var urgent = FairQueue<Command>(capacity: maxUrgent)
    private var others = FairQueue<Command>(capacity: maxOthers)
    /// The number of urgent commands that were taken since the last other one.
    private var urgentTurns = 0

    /// The number of places for commands that are not urgent.
    static let maxOthers = 1024
    /// The number of places for urgent commands. A worker has no more connections than these, so a client network of which no
    /// urgent command waits can always add one.
    static let maxUrgent = 4096
    /// The number of urgent commands that are taken for each other one.
    private static let turnsOfUrgent = 2

    var isEmpty: Bool { first.isEmpty && urgent.isEmpty && others.isEmpty }
    var count: Int { first.count + urgent.count + others.count }

    /// The commands: those that are sent again, the urgent ones and the others, each in the order in which they are due.
    var elements: [Command] { first + urgent.elements + others.elements }

    /// Returns whether a command's requester may have one more of its kind in the queue.
    func hasRoom(for command: Command) -> Bool {
        command.isUrgent ? urgent.hasRoom(for: command.requester) : others.hasRoom(for: command.requester)
    }

    /// Returns the least value that a command has, or nil if there is none.
    func least<Value: Comparable>(_ value: (Command) -> Value) -> Value? {
        [first.map(value).min(), urgent.least(value), others.least(value)].compactMap(\.self).min()
    }

    /// Adds a command at the end of its requester's line, whether or not there is room.
    mutating func append(_ command: Command) {
        if command.isUrgent {
            urgent.append(command, for: command.requester)
        } else {
            others.append(command, for: command.requester)
        }
    }

    /// Adds a command that has waited for a lock in vain. If it is urgent, the next turn is one of the others.
    mutating func putBack(_ command: Command) {
        append(command)
        if command.isUrgent { urgentTurns = Self.turnsOfUrgent }
    }

    /// Adds a command before all others.
    mutating func prepend(_ command: Command) { first.insert(command, at: 0) }

    /// Removes and returns the command that is due next.
    mutating func popFirst() -> Command? {
        guard first.isEmpty else { return first.removeFirst() }
        if urgentTurns < Self.turnsOfUrgent || others.isEmpty, let command = urgent.popFirst() {
            urgentTurns += 1
            return command
        }
        urgentTurns = 0
        return others.popFirst()
    }

    /// Changes each command. The order stays.
    mutating func modifyEach(_ change: (inout Command) -> Void) {
        for index in first.indices { change(&first[index]) }
        urgent.modifyEach(change)
        others.modifyEach(change)
    }

    /// Removes and returns the commands that satisfy `isOver`. Those behind them in their lines move up.
    mutating func removeAll(where isOver: (Command) -> Bool) -> [Command] {
        let removed = first.filter(isOver)
        first.removeAll(where: isOver)
        return removed + urgent.removeAll(where: isOver) + others.removeAll(where: isOver)
    }
}
