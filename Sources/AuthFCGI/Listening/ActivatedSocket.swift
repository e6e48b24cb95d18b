internal import CLinux
internal import EventLoop
internal import Glibc

/// Listening sockets that another program opened and passed to this process.
enum ActivatedSocket {
    /// The number of the first socket that systemd passes (sd_listen_fds(3)).
    private static let firstOfSystemd: Int32 = 3

    /// Returns the number of sockets that systemd passed to the process `pid`; 0 if none, or if they are for another
    /// process.
    static func countOfSystemd(_ environment: [String: String], pid: Int32) -> Int {
        guard environment["LISTEN_PID"] == "\(pid)", let count = environment["LISTEN_FDS"].flatMap({ Int($0) })
        else { return 0 }
        return max(0, count)
    }

    /// Takes ownership of the sockets that systemd passed.
    static func openAllOfSystemd(_ environment: [String: String]) throws(ListenError) -> [ListeningSocket] {
        let count = countOfSystemd(environment, pid: getpid())
        guard count <= InheritedDescriptor.maxSockets else {
            throw .tooMany(limit: InheritedDescriptor.maxSockets)
        }
        var sockets: [ListeningSocket] = []
        for number in firstOfSystemd..<firstOfSystemd + Int32(count) {
            let name = try name(of: number)
            sockets.append(try ListeningSocket(FileDescriptor(owning: number), name: name + " of systemd"))
        }
        return sockets
    }

    /// Takes ownership of descriptor 0, and opens /dev/null in its place.
    static func openStandardInput() throws(ListenError) -> ListeningSocket {
        let name = try name(of: STDIN_FILENO)
        let socket = try ListeningSocket(FileDescriptor(owning: STDIN_FILENO), name: name + " of descriptor 0")
        StandardDescriptors.open()
        return socket
    }

    /// True if descriptor 0 is a listening socket.
    static var isStandardInput: Bool { option(STDIN_FILENO, SO_ACCEPTCONN) == 1 }

    /// Returns the name of a descriptor's address.
    /// - Throws: if the descriptor is not a listening stream socket with a unix or loopback address.
    private static func name(of number: Int32) throws(ListenError) -> String {
        guard let type = option(number, SO_TYPE) else { throw .descriptor(number, "is not a socket") }
        guard type == Int32(SOCK_STREAM.rawValue) else { throw .descriptor(number, "is not a stream socket") }
        guard option(number, SO_ACCEPTCONN) == 1 else {
            throw .descriptor(number, "is not listening; a socket unit of systemd needs Accept=no")
        }
        var address = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe getsockname(number, $0, &length) }
        }
        guard result == 0 else { throw .failed("descriptor \(number)", .last("getsockname")) }
        let bytes = unsafe withUnsafeBytes(of: address) { unsafe Array($0.prefix(Int(length))) }
        guard let name = name(family: Int32(address.ss_family), bytes) else {
            throw .descriptor(number, "is reachable from other machines; use a unix socket or a loopback address")
        }
        return name
    }

    /// Returns the name of a unix or loopback address; nil for any other address.
    /// - Parameter bytes: the bytes of the sockaddr.
    static func name(family: Int32, _ bytes: [UInt8]) -> String? {
        let port = bytes.count >= 4 ? UInt16(bytes[2]) << 8 | UInt16(bytes[3]) : 0
        switch family {
        case AF_UNIX:
            let path = bytes.dropFirst(2)
            if path.first == 0 { return "unix:@" + String(decoding: path.dropFirst(), as: UTF8.self) }
            return "unix:" + String(decoding: path.prefix { $0 != 0 }, as: UTF8.self)
        case AF_INET where bytes.count >= 8 && bytes[4] == 127:
            return "\(ListenAddress.ipv4(Array(bytes[4..<8]), port: port))"
        case AF_INET6 where bytes.count >= 24 && bytes[8..<23].allSatisfy { $0 == 0 } && bytes[23] == 1:
            return "\(ListenAddress.ipv6(port: port))"
        default: return nil
        }
    }

    private static func option(_ number: Int32, _ option: Int32) -> Int32? {
        var value: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        return unsafe getsockopt(number, SOL_SOCKET, option, &value, &size) == 0 ? value : nil
    }
}
