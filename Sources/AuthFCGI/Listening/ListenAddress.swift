/// Where the program listens, as LISTEN writes it. TCP is for the loopback device alone: whoever reaches a socket may
/// ask about any session.
enum ListenAddress: Hashable, Sendable {
    /// A unix socket at an absolute path.
    case unix(path: String)
    /// An address that begins with 127.
    case ipv4([UInt8], port: UInt16)
    /// `[::1]`.
    case ipv6(port: UInt16)
    /// 127.0.0.1, and ::1 on machines that have it.
    case localhost(port: UInt16)
    /// The sockets that systemd passed.
    case systemd
    /// Descriptor 0, as spawn-fcgi and systemd's `StandardInput=socket` pass it.
    case standardInput

    /// Where it listens when nobody says, and nobody passed a socket.
    static let standard = ListenAddress.unix(path: "/run/authfcgi/authfcgi.sock")

    /// The most bytes that a unix socket's path may have: sun_path has 108, of which one ends it.
    static let maxPath = 107

    var isTCP: Bool {
        switch self {
        case .ipv4, .ipv6, .localhost: true
        case .unix, .systemd, .standardInput: false
        }
    }
}

extension ListenAddress {
    /// Why an entry of LISTEN is not an address.
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
            case .relativePath: "the path of a unix socket begins with /"
            case .pathTooLong(let bytes):
                "the path has \(bytes) bytes; a unix socket's path has at most \(ListenAddress.maxPath)"
            case .notLoopback:
                "whoever reaches the socket may ask about any session, so only loopback addresses are allowed; "
                    + "write unix:PATH, 127.0.0.1:PORT, [::1]:PORT or localhost:PORT"
            case .badPort: "the port is a number from 1 to 65535"
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

    /// Digits alone: no sign, no space.
    private static func number(_ text: Substring) -> UInt16? {
        text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? UInt16(text) : nil
    }
}

extension ListenAddress: CustomStringConvertible {
    /// The address as LISTEN writes it.
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
