internal import CLinux
internal import EventLoop
internal import Glibc

/// Opens listening TCP sockets.
enum TCPListener {
    /// Opens a socket at an address of this machine. `::` takes IPv4 as well, any other IPv6 address takes IPv6 alone,
    /// independent of net.ipv6.bindv6only.
    /// - Parameter name: the name in messages and logs.
    static func open(
        _ address: IPAddress, port: UInt16, kind: ListenerKind, name: String
    ) throws(ListenError) -> ListeningSocket {
        let bytes = address.bytes
        if address.isIPv4 {
            var socketAddress = sockaddr_in()
            socketAddress.sin_family = sa_family_t(AF_INET)
            socketAddress.sin_port = port.bigEndian
            unsafe withUnsafeMutableBytes(of: &socketAddress.sin_addr) { unsafe $0.copyBytes(from: bytes) }
            return try open(AF_INET, socketAddress, takesIPv4: false, kind, name)
        }
        var socketAddress = sockaddr_in6()
        socketAddress.sin6_family = sa_family_t(AF_INET6)
        socketAddress.sin6_port = port.bigEndian
        unsafe withUnsafeMutableBytes(of: &socketAddress.sin6_addr) { unsafe $0.copyBytes(from: bytes) }
        return try open(AF_INET6, socketAddress, takesIPv4: address.isAny, kind, name)
    }

    private static func open<Address>(
        _ family: Int32, _ address: Address, takesIPv4: Bool, _ kind: ListenerKind, _ name: String
    ) throws(ListenError) -> ListeningSocket {
        let socket = try ListenError.naming(name) { () throws(SystemError) in
            try FileDescriptor("socket", Glibc.socket(family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0))
        }
        set(socket.number, SOL_SOCKET, SO_REUSEADDR, 1)
        // Accepted connections inherit it: each response is one write, which must not wait for an acknowledgement.
        set(socket.number, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        if family == AF_INET6 { set(socket.number, Int32(IPPROTO_IPV6), IPV6_V6ONLY, takesIPv4 ? 0 : 1) }
        let result = unsafe withUnsafePointer(to: address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(socket.number, $0, socklen_t(MemoryLayout<Address>.size))
            }
        }
        guard result == 0 else {
            let error = SystemError.last("bind")
            throw error.code == EADDRINUSE ? .inUse(name) : .failed(name, error)
        }
        return try ListeningSocket(socket, kind: kind, name: name)
    }

    /// Sets an option. Errors are ignored: the socket works without it.
    private static func set(_ socket: Int32, _ level: Int32, _ option: Int32, _ value: Int32) {
        var value = value
        _ = unsafe setsockopt(socket, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }
}
