import CLinux
import Glibc

/// The address of a server.
package enum Endpoint: Hashable, Sendable, CustomStringConvertible {
    /// The path of a unix socket, at most 107 bytes.
    case unix(String)
    /// A port of 127.0.0.1.
    case tcp(port: UInt16)

    package var description: String {
        switch self {
        case .unix(let path): "unix:\(path)"
        case .tcp(let port): "127.0.0.1:\(port)"
        }
    }

    /// Returns a port of 127.0.0.1 that was free at the time of the call.
    package static func freePort() throws -> UInt16 { try Endpoint.tcp(port: 0).makeListener().boundPort() }

    /// Returns distinct ports of 127.0.0.1 that were free at the time of the call.
    package static func freePorts(_ count: Int) throws -> [UInt16] {
        // All are held until the last is found. Otherwise one could be found twice.
        let listeners = try (0..<count).map { _ in try Endpoint.tcp(port: 0).makeListener() }
        return try listeners.map { try $0.boundPort() }
    }

    /// A Boolean value that indicates whether a server accepts connections here. False if the backlog is full.
    package var isListening: Bool { (try? connect(until: Deadline(within: .zero))) != nil }

    /// Creates a listening socket. An old socket file is replaced, and every user may connect to the new one.
    ///
    /// - Parameter isBlocking: Whether the socket is blocking: systemd passes blocking sockets, and a program that
    ///   inherits one may expect that.
    package func makeListener(isBlocking: Bool = false, backlog: Int32 = 512) throws -> Descriptor {
        let socket = try makeSocket()
        if isBlocking { _ = fcntl(socket.number, F_SETFL, 0) }
        if case .unix(let path) = self { unsafe unlink(path) }
        var yes: Int32 = 1
        unsafe setsockopt(socket.number, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        guard try unsafe withAddress({ unsafe bind(socket.number, $0, $1) }) == 0 else {
            throw SupportError.lastSystemError("bind \(self)")
        }
        if case .unix(let path) = self { unsafe chmod(path, 0o777) }
        guard listen(socket.number, backlog) == 0 else { throw SupportError.lastSystemError("listen \(self)") }
        return socket
    }

    /// Connects to the server. The socket is non-blocking afterwards.
    package func connect(until deadline: Deadline) throws -> Descriptor {
        let socket = try makeSocket()
        while try unsafe withAddress({ unsafe Glibc.connect(socket.number, $0, $1) }) != 0 {
            switch errno {
            case EINTR:
                continue
            case EAGAIN where !deadline.hasPassed:
                // The backlog of the unix socket is full. No event reports when it no longer is.
                sleepThread(for: .milliseconds(1))
            case EINPROGRESS:
                guard socket.wait(for: POLLOUT, until: deadline) else { throw SupportError.timedOut("connect \(self)") }
                var code: Int32 = 0
                var length = socklen_t(MemoryLayout<Int32>.size)
                unsafe getsockopt(socket.number, SOL_SOCKET, SO_ERROR, &code, &length)
                guard code == 0 else { throw SupportError.system(call: "connect \(self)", code: code) }
                return socket
            default:
                throw SupportError.lastSystemError("connect \(self)")
            }
        }
        return socket
    }

    private func makeSocket() throws -> Descriptor {
        let family =
            switch self {
            case .unix: AF_UNIX
            case .tcp: AF_INET
            }
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        return try Descriptor(checking: socket(family, type, 0), "socket")
    }

    private func withAddress<R>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> R) throws -> R {
        switch self {
        case .unix(let path):
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            let bytes = Array(path.utf8)
            guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
                throw SupportError.unexpected("too long for a unix socket: \(path)")
            }
            unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
            return unsafe Self.rebind(&address, body)
        case .tcp(let port):
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
            return unsafe Self.rebind(&address, body)
        }
    }

    private static func rebind<Address, R>(
        _ address: inout Address, _ body: (UnsafePointer<sockaddr>, socklen_t) -> R
    ) -> R {
        unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<Address>.size))
            }
        }
    }
}

extension Descriptor {
    /// Returns the port that a TCP socket is bound to.
    fileprivate func boundPort() throws -> UInt16 {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe getsockname(number, $0, &length)
            }
        }
        guard result == 0 else { throw SupportError.lastSystemError("getsockname") }
        return UInt16(bigEndian: address.sin_port)
    }
}
