internal import EventLoop

/// An address on which the program listens, in the form of LISTEN. TCP is limited to the loopback device, because every
/// client of a socket can ask about any session.
enum ListenAddress: Hashable, Sendable {
    /// A unix socket at an absolute path.
    case unix(path: String)
    /// An address that begins with 127.
    case ipv4([UInt8], port: UInt16)
    /// `[::1]`.
    case ipv6(port: UInt16)
    /// 127.0.0.1, and ::1 if the machine has it.
    case localhost(port: UInt16)
    /// The sockets passed by systemd.
    case systemd
    /// Descriptor 0, as passed by spawn-fcgi and by systemd with `StandardInput=socket`.
    case standardInput

    /// The address used if LISTEN is not set and no socket was passed.
    static let standard = ListenAddress.unix(path: "/run/authfcgi/authfcgi.sock")

    /// The maximum length of a unix socket's path in bytes: sun_path has 108, including the terminating zero.
    static let maxPath = 107

    var isTCP: Bool {
        switch self {
        case .ipv4, .ipv6, .localhost: true
        case .unix, .systemd, .standardInput: false
        }
    }
}

extension ListenAddress {
    /// The reason why an entry of LISTEN is not a valid address.
    enum Problem: Error, Equatable, CustomStringConvertible {
        case notUnderstood
        case pathWithoutUnix
        case relativePath
        case pathTooLong(bytes: Int)
        case notLoopback
        case badPort

        var description: String {
            switch self {
            case .notUnderstood: "write unix:PATH, HOST:PORT, systemd or fd:0"
            case .pathWithoutUnix: "write unix: before the path"
            case .relativePath: "the path of a unix socket must begin with / and must not end with it"
            case .pathTooLong(let bytes):
                "the path has \(bytes) bytes; the maximum for a unix socket is \(ListenAddress.maxPath)"
            case .notLoopback:
                "only loopback addresses are allowed, because every client of the socket can ask about any session; "
                    + "write unix:PATH, 127.0.0.1:PORT, [::1]:PORT or localhost:PORT"
            case .badPort: "the port must be a number from 1 to 65535"
            }
        }
    }

    init(parsing text: some StringProtocol) throws(Problem) {
        if text == "systemd" {
            self = .systemd
        } else if text == "fd:0" {
            self = .standardInput
        } else if text.hasPrefix("unix:") {
            self = try .unix(path: Self.path(String(text.dropFirst(5))))
        } else if text.hasPrefix("/") {
            throw .pathWithoutUnix
        } else {
            self = try Self.tcp(String(text))
        }
    }

    private static func path(_ path: String) throws(Problem) -> String {
        guard path.hasPrefix("/"), !path.hasSuffix("/") else { throw .relativePath }
        guard path.utf8.count <= maxPath else { throw .pathTooLong(bytes: path.utf8.count) }
        return path
    }

    private static func tcp(_ text: String) throws(Problem) -> ListenAddress {
        guard let colon = text.lastIndex(of: ":") else { throw .notUnderstood }
        let host = text[..<colon].lowercased()
        let port = try port(text[text.index(after: colon)...])
        if host == "localhost" { return .localhost(port: port) }
        if host == "[::1]" { return .ipv6(port: port) }
        guard let address = ipv4(host), address[0] == 127 else { throw .notLoopback }
        return .ipv4(address, port: port)
    }

    private static func port(_ text: Substring) throws(Problem) -> UInt16 {
        guard let port = number(text), port > 0 else { throw .badPort }
        return port
    }

    private static func ipv4(_ text: String) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let bytes = parts.compactMap { number($0).flatMap { UInt8(exactly: $0) } }
        return parts.count == 4 && bytes.count == 4 ? bytes : nil
    }

    /// Parses digits only: no sign, no space.
    private static func number(_ text: Substring) -> UInt16? {
        text.utf8.allSatisfy(\.isASCIIDigit) ? UInt16(text) : nil
    }
}

extension ListenAddress: CustomStringConvertible {
    /// The address in the form of LISTEN.
    var description: String {
        switch self {
        case .unix(let path): "unix:\(path)"
        case .ipv4(let bytes, let port): bytes.map { String($0) }.joined(separator: ".") + ":\(port)"
        case .ipv6(let port): "[::1]:\(port)"
        case .localhost(let port): "localhost:\(port)"
        case .systemd: "systemd"
        case .standardInput: "fd:0"
        }
    }
}
