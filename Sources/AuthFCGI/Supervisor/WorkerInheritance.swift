internal import CLinux
internal import EventLoop
internal import Glibc
internal import Synchronization

/// What the supervisor passes to each worker, and the other ends of it that it keeps.
final class WorkerInheritance: Sendable {
    let scoreboard: Scoreboard
    /// An eventfd that becomes readable when a worker has said something on the scoreboard.
    let bell: FileDescriptor
    private let listening: Mutex<[ListeningSocket]>
    private let lifeline: FileDescriptor
    /// Closed by the end of this process and by nothing else.
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

    /// The sockets, until they are closed.
    var sockets: [ListeningSocket] { listening.withLock { $0 } }

    /// Which descriptor a worker gets under which number.
    var descriptors: [(source: Int32, number: Int32)] {
        [
            (scoreboard.descriptor.number, InheritedDescriptor.scoreboard),
            (lifeline.number, InheritedDescriptor.lifeline),
            (bell.number, InheritedDescriptor.bell),
        ]
            + sockets.enumerated().map { index, socket in
                (socket.descriptor.number, InheritedDescriptor.firstSocket + Int32(index))
            }
    }

    /// Ends listening as far as this process is concerned, and removes the files of its sockets: when the workers have
    /// closed theirs too, nginx is refused at once instead of waiting for nobody.
    func closeSockets() {
        listening.withLock { sockets in
            for socket in sockets { socket.removeFile() }
            sockets = []
        }
    }
}
