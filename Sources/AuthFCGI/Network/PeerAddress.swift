internal import CLinux
internal import Glibc

/// The other end of a connection.
enum PeerAddress: Equatable {
    /// A process of this machine, on a unix socket.
    case unix
    case ip(IPAddress)

    /// The address as the address of a client; empty for a unix socket.
    var text: String {
        switch self {
        case .unix: ""
        case .ip(let address): address.description
        }
    }

    /// Returns the address of the peer (getpeername(2)); nil if it is gone already.
    static func of(_ descriptor: Int32) -> PeerAddress? {
        var address = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe getpeername(descriptor, address, &length)
            }
        }
        guard result == 0 else { return nil }
        let bytes = unsafe withUnsafeBytes(of: address) { unsafe Array($0.prefix(Int(length))) }
        return PeerAddress(family: Int32(address.ss_family), bytes)
    }

    /// - Parameter bytes: the bytes of the sockaddr.
    init?(family: Int32, _ bytes: [UInt8]) {
        switch family {
        case AF_UNIX: self = .unix
        case AF_INET:
            guard bytes.count >= 8, let address = IPAddress(bytes: bytes[4..<8]) else { return nil }
            self = .ip(address)
        case AF_INET6:
            guard bytes.count >= 24, let address = IPAddress(bytes: bytes[8..<24]) else { return nil }
            self = .ip(address)
        default: return nil
        }
    }
}
