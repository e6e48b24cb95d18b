/// The address of a server.
package enum ServerAddress: Hashable, Sendable, CustomStringConvertible {
    /// The path of a unix socket.
    case unix(path: String)
    /// A host name or IP address (IPv6 without brackets) and a port.
    case tcp(host: String, port: UInt16)

    /// The address in one line, for messages.
    package var description: String {
        switch self {
        case .unix(let path): "unix:\(path)"
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        }
    }
}
