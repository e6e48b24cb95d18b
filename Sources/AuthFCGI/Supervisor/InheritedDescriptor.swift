/// The numbers of the descriptors that a worker inherits.
enum InheritedDescriptor {
    /// The shared memory of ``Scoreboard``.
    static let scoreboard: Int32 = 3
    /// A pipe that reaches its end when the supervisor exits.
    static let lifeline: Int32 = 4
    /// An eventfd with which a worker makes the supervisor look at the scoreboard.
    static let bell: Int32 = 5
    /// The memory with the ``WorkerSecrets``.
    static let secrets: Int32 = 6
    /// The first listening socket; the others have the numbers that follow.
    static let firstSocket: Int32 = 7

    /// The maximum number of sockets that a worker can inherit.
    static let maxSockets = 32

    /// The lowest number that these descriptors have in the supervisor: above all their numbers in a worker, so that
    /// duplicating one to its place never overwrites another that is still to be duplicated.
    static let lowestSource: Int32 = 64
}
