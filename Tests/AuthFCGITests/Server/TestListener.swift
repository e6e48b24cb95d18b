import EventLoop
import Glibc
import Synchronization

@testable import AuthFCGI

/// A listening unix socket without a file, and its clients.
final class TestListener {
    /// The listening socket. The server that uses it closes it.
    let socket: Int32
    private let address: UnixAddress

    private static let count = Atomic<Int>(0)

    init() throws {
        let number = Self.count.add(1, ordering: .relaxed).newValue
        guard let address = UnixAddress("@authfcgi-test-\(getpid())-\(number)") else {
            throw SystemError("bind", code: EINVAL)
        }
        self.address = address
        let socket = try Self.socket(SOCK_NONBLOCK.rawValue)
        guard unsafe address.withPointer({ unsafe bind(socket.number, $0, $1) }) == 0 else {
            throw SystemError.last("bind")
        }
        guard listen(socket.number, 1000) == 0 else { throw SystemError.last("listen") }
        self.socket = socket.release()
    }

    /// Connects to the socket.
    ///
    /// - Throws: An error if the socket no longer listens.
    func connect() throws -> PeerSocket {
        let socket = try Self.socket(0)
        guard unsafe address.withPointer({ unsafe Glibc.connect(socket.number, $0, $1) }) == 0 else {
            throw SystemError.last("connect")
        }
        return PeerSocket(socket)
    }

    private static func socket(_ flags: UInt32) throws -> FileDescriptor {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | flags)
        return try FileDescriptor("socket", Glibc.socket(AF_UNIX, type, 0))
    }
}
