import EventLoop
import Glibc

/// Both ends of a connection. The end `ours` belongs to the tested code.
final class SocketPair: PeerSocket {
    let ours: Int32

    init() throws {
        var ends: [Int32] = [0, 0]
        guard unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw SystemError.last("socketpair")
        }
        ours = ends[0]
        super.init(FileDescriptor(owning: ends[1]))
    }
}
