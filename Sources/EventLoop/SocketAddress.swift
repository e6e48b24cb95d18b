internal import CLinux
internal import Glibc

/// A socket address in the kernel's form.
struct SocketAddress: Sendable {
    let family: Int32
    /// The bytes of the family's `sockaddr`.
    private let bytes: [UInt8]

    private init(_ address: UnsafePointer<sockaddr>, length: Int) {
        family = unsafe Int32(address.pointee.sa_family)
        bytes = unsafe Array(UnsafeRawBufferPointer(start: address, count: length))
    }

    /// A name or path without a socket address.
    struct Unknown: Error, Equatable {
        let reason: String
    }

    /// Returns the socket addresses of `address` without a name lookup, or nil if its host is a name.
    static func known(_ address: ServerAddress) throws(Unknown) -> [SocketAddress]? {
        switch address {
        case .unix(let path): return [try unix(path)]
        case .tcp(let host, let port):
            let (found, error) = find(host, port, flags: Int32(AI_NUMERICHOST))
            if error == EAI_NONAME { return nil }
            guard error == 0 else { throw unsafe Unknown(reason: String(cString: gai_strerror(error))) }
            return found
        }
    }

    /// Looks up a name with the system's resolver. Blocks as long as that takes.
    static func lookUp(_ host: String, _ port: UInt16) throws(Unknown) -> [SocketAddress] {
        let (found, error) = find(host, port, flags: Int32(AI_ADDRCONFIG))
        guard error == 0, !found.isEmpty else {
            let reason = unsafe String(cString: gai_strerror(error))
            throw Unknown(reason: "cannot resolve the host name \(host): \(reason)")
        }
        return found
    }

    private static func find(_ host: String, _ port: UInt16, flags: Int32) -> ([SocketAddress], Int32) {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        unsafe hints.ai_flags = flags | Int32(AI_NUMERICSERV)
        var list: UnsafeMutablePointer<addrinfo>? = nil
        let error = unsafe getaddrinfo(host, String(port), &hints, &list)
        guard error == 0 else { return ([], error) }
        // The list belongs to getaddrinfo; the addresses are copied from it.
        defer { unsafe freeaddrinfo(list) }
        var found: [SocketAddress] = []
        var next = unsafe list
        while let entry = unsafe next {
            if let address = unsafe entry.pointee.ai_addr {
                unsafe found.append(SocketAddress(address, length: Int(entry.pointee.ai_addrlen)))
            }
            unsafe next = entry.pointee.ai_next
        }
        return (found, 0)
    }

    private static func unix(_ path: String) throws(Unknown) -> SocketAddress {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard path.utf8.count < room, !path.utf8.contains(0) else {
            throw Unknown(reason: "the path of a unix socket has at most \(room - 1) bytes")
        }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe SocketAddress(pointer, length: MemoryLayout<sockaddr_un>.size)
            }
        }
    }

    /// Returns a new non-blocking socket that is connecting to this address, or already connected. It is connected when
    /// it is writable and SO_ERROR is 0.
    func connect() throws(SystemError) -> FileDescriptor {
        let descriptor = try FileDescriptor(
            "socket",
            socket(
                family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0))
        if family != AF_UNIX {
            var on: Int32 = 1
            // Small requests whose answers are waited for.
            unsafe _ = setsockopt(descriptor.number, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(4))
            unsafe _ = setsockopt(descriptor.number, SOL_SOCKET, SO_KEEPALIVE, &on, socklen_t(4))
        }
        let result = unsafe bytes.withUnsafeBytes { bytes in
            unsafe Glibc.connect(
                descriptor.number, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
        }
        guard result == 0 || errno == EINPROGRESS else { throw SystemError.last("connect") }
        return descriptor
    }
}
