/// The listening sockets of the program, from which workers accept connections.
enum ListeningSockets {
    /// Opens the sockets of LISTEN. If that is not set, these are the sockets passed by systemd, else descriptor 0 if
    /// it is a listening socket, else ``ListenAddress/standard``.
    static func open(_ settings: Settings, _ environment: [String: String]) throws(ListenError) -> [ListeningSocket] {
        var sockets: [ListeningSocket] = []
        do throws(ListenError) {
            for address in addresses(settings, environment) {
                sockets += try open(address, settings, environment)
            }
            guard sockets.count <= InheritedDescriptor.maxSockets else {
                throw .tooMany(limit: InheritedDescriptor.maxSockets)
            }
        } catch {
            for socket in sockets { socket.removeFile() }
            throw error
        }
        return sockets
    }

    /// Returns the addresses of the sockets to open.
    static func addresses(_ settings: Settings, _ environment: [String: String]) -> [ListenAddress] {
        if !settings.listen.isEmpty { return settings.listen }
        if ActivatedSocket.countOfSystemd(environment, pid: ProcessEnvironment.processID) > 0 { return [.systemd] }
        return ActivatedSocket.isStandardInput ? [.standardInput] : [.standard]
    }

    /// Opens the sockets of one address.
    static func open(
        _ address: ListenAddress, _ settings: Settings, _ environment: [String: String]
    ) throws(ListenError) -> [ListeningSocket] {
        let name = "\(address)"
        switch address {
        case .unix(let path):
            return [try UnixListener.open(path: path, mode: settings.listenMode, group: settings.socketGroup)]
        case .ipv4(let bytes, let port):
            return [try LoopbackListener.open(ipv4: bytes, port: port, name: name)]
        case .ipv6(let port):
            return [try LoopbackListener.open(ipv6Port: port, name: name)]
        case .localhost(let port):
            let first = try LoopbackListener.open(ipv4: [127, 0, 0, 1], port: port, name: "127.0.0.1:\(port)")
            do throws(ListenError) {
                return [first, try LoopbackListener.open(ipv6Port: port, name: "[::1]:\(port)")]
            } catch {
                switch error {
                case .failed: return [first]  // a machine without IPv6
                case .inUse, .missingFolder, .notASocket, .notPermitted, .group, .descriptor, .nothingPassed, .tooMany,
                    .inheritance:
                    throw error
                }
            }
        case .systemd:
            let passed = try ActivatedSocket.openAllOfSystemd(environment)
            guard !passed.isEmpty else { throw .nothingPassed }
            return passed
        case .standardInput:
            return [try ActivatedSocket.openStandardInput()]
        }
    }
}
