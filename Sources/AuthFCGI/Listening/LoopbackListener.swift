internal import CLinux
internal import EventLoop
internal import Glibc

/// Opens listening TCP sockets on the loopback device.
enum LoopbackListener {
    static func open(ipv4 bytes: [UInt8], port: UInt16, name: String) throws(ListenError) -> ListeningSocket {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = bytes.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }.bigEndian
        return try open(AF_INET, address, name)
    }

    static func open(ipv6Port port: UInt16, name: String) throws(ListenError) -> ListeningSocket {
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = port.bigEndian
        address.sin6_addr = in6addr_loopback
        return try open(AF_INET6, address, name)
    }

    private static func open<Address>(
        _ family: Int32, _ address: Address, _ name: String
    ) throws(ListenError) -> ListeningSocket {
        let socket = try ListenError.naming(name) { () throws(SystemError) in
            try FileDescriptor("socket", Glibc.socket(family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0))
        }
        var on: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        _ = unsafe setsockopt(socket.number, SOL_SOCKET, SO_REUSEADDR, &on, size)
        // ::1 only, independent of net.ipv6.bindv6only.
        if family == AF_INET6 { _ = unsafe setsockopt(socket.number, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &on, size) }
        let result = unsafe withUnsafePointer(to: address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(socket.number, $0, socklen_t(MemoryLayout<Address>.size))
            }
        }
        guard result == 0 else {
            let error = SystemError.last("bind")
            throw error.code == EADDRINUSE ? .inUse(name) : .failed(name, error)
        }
        return try ListeningSocket(socket, name: name)
    }
}
