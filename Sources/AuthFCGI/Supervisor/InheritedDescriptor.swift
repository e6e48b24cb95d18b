/// The numbers under which a worker finds what it inherits.
enum InheritedDescriptor {
    /// The shared memory of ``Scoreboard``.
    static let scoreboard: Int32 = 3
    /// A pipe that ends when the supervisor does.
    static let lifeline: Int32 = 4
    /// An eventfd by which a worker tells the supervisor to look at the scoreboard.
    static let bell: Int32 = 5
    /// The first of the listening sockets, which follow each other.
    static let firstSocket: Int32 = 6

    /// How many sockets a worker can inherit.
    static let maxSockets = 32

    /// Where the supervisor keeps what it passes on: above all numbers that it has in a worker, so that putting one in
    /// its place never covers another that is still to be moved.
    static let lowestSource: Int32 = 64
}
