internal import EventLoop

/// Where the program listens, whatever it speaks there.
enum ListenPlace: Hashable, Sendable {
    /// A unix socket at an absolute path.
    case unix(path: String)
    case ip(IPAddress, port: UInt16)
    /// 127.0.0.1, and ::1 if the machine has it.
    case localhost(port: UInt16)
    /// The sockets passed by systemd.
    case systemd
    /// Descriptor 0, as passed by spawn-fcgi and by systemd with `StandardInput=socket`.
    case standardInput

    /// The maximum length of a unix socket's path in bytes: sun_path has 108, including the terminating zero.
    static let maxPath = 107

    var isTCP: Bool {
        switch self {
        case .ip, .localhost: true
        case .unix, .systemd, .standardInput: false
        }
    }

    /// True if other machines can connect.
    var isOpenToOthers: Bool {
        switch self {
        case .ip(let address, _): !address.isLoopback
        case .unix, .localhost, .systemd, .standardInput: false
        }
    }
}

extension ListenPlace {
    init(parsing text: String) throws(ListenAddress.Problem) {
        if text == "systemd" {
            self = .systemd
        } else if text == "fd:0" {
            self = .standardInput
        } else if text.hasPrefix("unix:") {
            self = try .unix(path: Self.path(String(text.dropFirst(5))))
        } else if text.hasPrefix("/"), !text.hasPrefix("//") {
            throw .pathWithoutUnix
        } else {
            self = try Self.tcp(text)
        }
    }

    private static func path(_ path: String) throws(ListenAddress.Problem) -> String {
        guard path.hasPrefix("/"), !path.hasSuffix("/") else { throw .relativePath }
        guard path.utf8.count <= maxPath else { throw .pathTooLong(bytes: path.utf8.count) }
        return path
    }

    private static func tcp(_ text: String) throws(ListenAddress.Problem) -> ListenPlace {
        guard let colon = text.lastIndex(of: ":") else { throw .notUnderstood }
        let host = text[..<colon].lowercased()
        let digits = text[text.index(after: colon)...]
        guard digits.utf8.allSatisfy(\.isASCIIDigit), let port = UInt16(digits), port > 0 else { throw .badPort }
        if host == "localhost" { return .localhost(port: port) }
        let isInBrackets = host.hasPrefix("[") && host.hasSuffix("]")
        guard let address = IPAddress(isInBrackets ? host.dropFirst().dropLast() : host[...]),
            address.isIPv4 != isInBrackets
        else { throw .notAnAddress }
        return .ip(address, port: port)
    }
}

extension ListenPlace: CustomStringConvertible {
    /// The place in the form of LISTEN.
    var description: String {
        switch self {
        case .unix(let path): "unix:\(path)"
        case .ip(let address, let port): address.isIPv4 ? "\(address):\(port)" : "[\(address)]:\(port)"
        case .localhost(let port): "localhost:\(port)"
        case .systemd: "systemd"
        case .standardInput: "fd:0"
        }
    }
}
