/// Where a server listens.
package enum ServerAddress: Hashable, Sendable, CustomStringConvertible {
    case unix(path: String)
    /// `host` is a name or an address, without the brackets of an IPv6 address.
    case tcp(host: String, port: UInt16)

    package var description: String {
        switch self {
        case .unix(let path): "unix:\(path)"
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        }
    }
}
