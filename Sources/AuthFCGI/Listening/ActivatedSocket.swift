internal import CLinux
internal import EventLoop
internal import Glibc

/// Sockets that another program made and passed to this one.
enum ActivatedSocket {
    /// The first number of the sockets that systemd passes (sd_listen_fds(3)).
    private static let firstOfSystemd: Int32 = 3

    /// How many sockets systemd passed to the process `pid`; 0 when it passed none, or passed them to another process.
    static func countOfSystemd(_ environment: [String: String], pid: Int32) -> Int {
        guard environment["LISTEN_PID"] == "\(pid)", let count = environment["LISTEN_FDS"].flatMap({ Int($0) })
        else { return 0 }
        return max(0, count)
    }

    /// Takes over the sockets that systemd passed.
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

    /// Takes over descriptor 0, in whose place comes /dev/null.
    static func openStandardInput() throws(ListenError) -> ListeningSocket {
        let name = try name(of: STDIN_FILENO)
        let socket = try ListeningSocket(FileDescriptor(owning: STDIN_FILENO), name: name + " of descriptor 0")
        StandardDescriptors.open()
        return socket
    }

    /// Whether descriptor 0 is a socket that listens.
    static var isStandardInput: Bool { option(STDIN_FILENO, SO_ACCEPTCONN) == 1 }

    /// What a descriptor is bound to, if it is a socket that may be listened on.
    private static func name(of number: Int32) throws(ListenError) -> String {
        guard let type = option(number, SO_TYPE) else { throw .descriptor(number, "is not a socket") }
        guard type == Int32(SOCK_STREAM.rawValue) else { throw .descriptor(number, "is not a stream socket") }
        guard option(number, SO_ACCEPTCONN) == 1 else {
            throw .descriptor(number, "does not listen; with systemd, the socket unit must say Accept=no")
        }
        var address = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe getsockname(number, $0, &length) }
        }
        guard result == 0 else { throw .failed("descriptor \(number)", .last("getsockname")) }
        let bytes = unsafe withUnsafeBytes(of: address) { unsafe Array($0.prefix(Int(length))) }
        guard let name = name(family: Int32(address.ss_family), bytes) else {
            throw .descriptor(number, "is open to other machines; only unix sockets and loopback addresses are allowed")
        }
        return name
    }

    /// The name of a unix or loopback address; nil for every other one.
    /// - Parameter bytes: the kernel's form of the address.
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
