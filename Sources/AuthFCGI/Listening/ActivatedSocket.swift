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

    /// Returns the kinds of the sockets that systemd passed, by their names, in order. There may be fewer than sockets, or
    /// none: the others are FastCGI.
    static func kindsOfSystemd(_ environment: [String: String]) -> [ListenerKind] {
        (environment["LISTEN_FDNAMES"] ?? "").split(separator: ":", omittingEmptySubsequences: false)
            .map { ListenerKind(socketName: String($0)) }
    }

    /// Takes ownership of the sockets that systemd passed.
    /// - Parameter hasTrustedProxies: true if sockets of HTTP may be reachable from other machines.
    static func openAllOfSystemd(
        _ environment: [String: String], hasTrustedProxies: Bool
    ) throws(ListenError) -> [ListeningSocket] {
        let count = countOfSystemd(environment, pid: getpid())
        guard count <= InheritedDescriptor.maxSockets else {
            throw .tooMany(limit: InheritedDescriptor.maxSockets)
        }
        let kinds = kindsOfSystemd(environment)
        var sockets: [ListeningSocket] = []
        for index in 0..<count {
            let number = firstOfSystemd + Int32(index)
            let kind = index < kinds.count ? kinds[index] : .fastCGI
            let name = try name(of: number, kind, hasTrustedProxies)
            sockets.append(try ListeningSocket(FileDescriptor(owning: number), kind: kind, name: name + " of systemd"))
        }
        return sockets
    }

    /// Takes ownership of descriptor 0, and opens /dev/null in its place.
    static func openStandardInput(
        _ kind: ListenerKind, hasTrustedProxies: Bool
    ) throws(ListenError) -> ListeningSocket {
        let name = try name(of: STDIN_FILENO, kind, hasTrustedProxies)
        let socket = try ListeningSocket(
            FileDescriptor(owning: STDIN_FILENO), kind: kind, name: name + " of descriptor 0")
        StandardDescriptors.open()
        return socket
    }

    /// True if descriptor 0 is a listening socket.
    static var isStandardInput: Bool { option(STDIN_FILENO, SO_ACCEPTCONN) == 1 }

    /// Returns the name of a descriptor's address.
    /// - Throws: if the descriptor is not a listening stream socket with an address that its kind may have.
    private static func name(
        of number: Int32, _ kind: ListenerKind, _ hasTrustedProxies: Bool
    ) throws(ListenError) -> String {
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
        guard let place = place(family: Int32(address.ss_family), bytes) else {
            throw .descriptor(number, "has no unix or IP address")
        }
        guard !place.isOpenToOthers || kind.isHTTP && hasTrustedProxies else {
            throw .descriptor(
                number,
                "is reachable from other machines; use a unix socket or a loopback address"
                    + (kind.isHTTP ? ", or set TRUSTED_PROXIES" : ""))
        }
        return "\(ListenAddress(kind, place))"
    }

    /// Returns the place of a unix or IP address; nil for any other address.
    /// - Parameter bytes: the bytes of the sockaddr.
    static func place(family: Int32, _ bytes: [UInt8]) -> ListenPlace? {
        guard let peer = PeerAddress(family: family, bytes) else { return nil }
        switch peer {
        case .unix:
            let path = bytes.dropFirst(2)
            if path.first == 0 { return .unix(path: "@" + String(decoding: path.dropFirst(), as: UTF8.self)) }
            return .unix(path: String(decoding: path.prefix { $0 != 0 }, as: UTF8.self))
        case .ip(let address): return .ip(address, port: UInt16(bytes[2]) << 8 | UInt16(bytes[3]))
        }
    }

    private static func option(_ number: Int32, _ option: Int32) -> Int32? {
        var value: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        return unsafe getsockopt(number, SOL_SOCKET, option, &value, &size) == 0 ? value : nil
    }
}
