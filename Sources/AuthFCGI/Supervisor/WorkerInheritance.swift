internal import CLinux
internal import EventLoop
internal import Glibc
internal import Synchronization

/// The descriptors that the supervisor passes to each worker, and their counterparts that it keeps.
final class WorkerInheritance: Sendable {
    let scoreboard: Scoreboard
    /// An eventfd that becomes readable when a worker has changed its state on the scoreboard.
    let bell: FileDescriptor
    private let listening: Mutex<[ListeningSocket]>
    private let lifeline: FileDescriptor
    /// The pipe's other end, open until this process ends.
    private let lifelineEnd: FileDescriptor

    init(sockets: [ListeningSocket]) throws(SystemError) {
        listening = Mutex(sockets)
        scoreboard = try Scoreboard()
        bell = try FileDescriptor("eventfd", eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))).moved()
        var ends: [Int32] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else { throw SystemError.last("pipe") }
        let lifeline = FileDescriptor(owning: ends[0])
        let lifelineEnd = FileDescriptor(owning: ends[1])
        self.lifeline = try lifeline.moved()
        self.lifelineEnd = try lifelineEnd.moved()
    }

    /// The listening sockets; empty once they are closed.
    var sockets: [ListeningSocket] { listening.withLock { $0 } }

    /// Returns the descriptors that a worker inherits, with their numbers in the worker.
    /// - Parameter secrets: the descriptor of the worker's ``WorkerSecrets``.
    func descriptors(secrets: Int32) -> [(source: Int32, number: Int32)] {
        [
            (scoreboard.descriptor.number, InheritedDescriptor.scoreboard),
            (lifeline.number, InheritedDescriptor.lifeline),
            (bell.number, InheritedDescriptor.bell),
            (secrets, InheritedDescriptor.secrets),
        ]
            + sockets.enumerated().map { index, socket in
                (socket.descriptor.number, InheritedDescriptor.firstSocket + Int32(index))
            }
    }

    /// Closes the listening sockets in this process and removes their files. Once the workers have closed theirs too,
    /// connections of nginx are refused at once instead of waiting in a queue that no process reads.
    func closeSockets() {
        listening.withLock { sockets in
            for socket in sockets { socket.removeFile() }
            sockets = []
        }
    }
}
