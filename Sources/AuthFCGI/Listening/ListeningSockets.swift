/// The listening sockets of the program, from which workers accept connections.
enum ListeningSockets {
    /// Opens the sockets of LISTEN and METRICS_LISTEN. If LISTEN is not set, its sockets are those passed by systemd, else
    /// descriptor 0 if it is a listening socket, else ``ListenAddress/standard``.
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
        addressesOfFronts(settings, environment) + settings.metricsListen
    }

    private static func addressesOfFronts(
        _ settings: Settings, _ environment: [String: String]
    ) -> [ListenAddress] {
        if !settings.listen.isEmpty { return settings.listen }
        if ActivatedSocket.countOfSystemd(environment, pid: ProcessEnvironment.processID) > 0 {
            return [ListenAddress(.fastCGI, .systemd)]
        }
        return ActivatedSocket.isStandardInput ? [ListenAddress(.fastCGI, .standardInput)] : [.standard]
    }

    /// Opens the sockets of one address.
    static func open(
        _ address: ListenAddress, _ settings: Settings, _ environment: [String: String]
    ) throws(ListenError) -> [ListeningSocket] {
        let kind = address.kind
        switch address.place {
        case .unix(let path):
            let (mode, group) = (settings.listenMode, settings.socketGroup)
            return [try UnixListener.open(path: path, kind: kind, mode: mode, group: group)]
        case .ip(let ip, let port):
            return [try TCPListener.open(ip, port: port, kind: kind, name: "\(address)")]
        case .localhost(let port):
            return try openLocalhost(kind, port)
        case .systemd:
            let passed = try ActivatedSocket.openAllOfSystemd(
                environment, hasTrustedProxies: !settings.trustedProxies.isEmpty)
            guard !passed.isEmpty else { throw .nothingPassed }
            return passed
        case .standardInput:
            return [try ActivatedSocket.openStandardInput(kind, hasTrustedProxies: !settings.trustedProxies.isEmpty)]
        }
    }

    private static func openLocalhost(_ kind: ListenerKind, _ port: UInt16) throws(ListenError) -> [ListeningSocket] {
        let first = try openLoopback([127, 0, 0, 1], kind, port)
        do throws(ListenError) {
            return [first, try openLoopback([UInt8](repeating: 0, count: 15) + [1], kind, port)]
        } catch {
            switch error {
            case .failed: return [first]  // a machine without IPv6
            case .inUse, .missingFolder, .notASocket, .replaced, .notPermitted, .group, .descriptor, .nothingPassed,
                .tooMany, .inheritance:
                throw error
            }
        }
    }

    private static func openLoopback(
        _ bytes: [UInt8], _ kind: ListenerKind, _ port: UInt16
    ) throws(ListenError) -> ListeningSocket {
        guard let ip = IPAddress(bytes: bytes) else { preconditionFailure("an address has 4 or 16 bytes") }
        return try TCPListener.open(ip, port: port, kind: kind, name: "\(ListenAddress(kind, .ip(ip, port: port)))")
    }
}
