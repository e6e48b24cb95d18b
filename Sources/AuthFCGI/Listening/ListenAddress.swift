/// An address on which the program listens, and what it speaks there, in the form of LISTEN.
///
/// FastCGI is limited to this machine, because every client of a socket can ask about any session. HTTP on other addresses
/// needs TRUSTED_PROXIES, which ``Settings`` checks.
struct ListenAddress: Hashable, Sendable {
    let kind: ListenerKind
    let place: ListenPlace

    init(_ kind: ListenerKind, _ place: ListenPlace) {
        self.kind = kind
        self.place = place
    }

    /// The address used if LISTEN is not set and no socket was passed.
    static let standard = ListenAddress(.fastCGI, .unix(path: "/run/authfcgi/authfcgi.sock"))
}

extension ListenAddress {
    /// The reason why an entry of LISTEN is not a valid address.
    enum Problem: Error, Equatable, CustomStringConvertible {
        case notUnderstood
        case pathWithoutUnix
        case relativePath
        case pathTooLong(bytes: Int)
        case notAnAddress
        case notLoopback
        case badPort
        case namesOfSystemd
        case metricsElsewhere
        case notForMetrics

        var description: String {
            switch self {
            case .notUnderstood:
                "write unix:PATH, HOST:PORT, systemd or fd:0, for HTTP with http: or http-check: before it"
            case .pathWithoutUnix: "write unix: before the path"
            case .relativePath: "the path of a unix socket must begin with / and must not end with it"
            case .pathTooLong(let bytes):
                "the path has \(bytes) bytes; the maximum for a unix socket is \(ListenPlace.maxPath)"
            case .notAnAddress: "the host must be an IP address, an IPv6 address in brackets, or localhost"
            case .notLoopback:
                "only loopback addresses are allowed, because every client of the socket can ask about any session; "
                    + "write unix:PATH, 127.0.0.1:PORT, [::1]:PORT or localhost:PORT"
            case .badPort: "the port must be a number from 1 to 65535"
            case .namesOfSystemd:
                "write systemd alone, and FileDescriptorName=http or FileDescriptorName=http-check in the .socket unit"
            case .metricsElsewhere: "write the address into METRICS_LISTEN, without metrics: before it"
            case .notForMetrics: "write unix:PATH, or HOST:PORT of a loopback address"
            }
        }
    }

    init(parsing text: some StringProtocol) throws(Problem) {
        let named = ListenerKind.allCases.first { text.hasPrefix($0.rawValue + ":") }
        if named == .metrics { throw .metricsElsewhere }
        let kind = named ?? .fastCGI
        let rest = named.map { text.dropFirst($0.rawValue.utf8.count + 1) } ?? text[...]
        let place: ListenPlace
        do throws(Problem) {
            place = try ListenPlace(parsing: String(rest))
        } catch {
            throw kind == .fastCGI && error == .notAnAddress ? Problem.notLoopback : error
        }
        if place == .systemd, named != nil { throw .namesOfSystemd }
        if kind == .fastCGI, place.isOpenToOthers { throw .notLoopback }
        self.init(kind, place)
    }
}

extension ListenAddress {
    /// Parses an entry of METRICS_LISTEN. Any client of the socket can read all numbers, so it is limited to this machine.
    init(parsingMetrics text: some StringProtocol) throws(Problem) {
        let place: ListenPlace
        do throws(Problem) {
            place = try ListenPlace(parsing: String(text))
        } catch {
            throw error == .notUnderstood || error == .notAnAddress ? Problem.notForMetrics : error
        }
        switch place {
        case .unix, .localhost: break
        case .ip: if place.isOpenToOthers { throw .notForMetrics }
        case .systemd, .standardInput: throw .notForMetrics
        }
        self.init(.metrics, place)
    }
}

extension ListenAddress: CustomStringConvertible {
    /// The address in the form of LISTEN.
    var description: String { kind.prefix + place.description }
}
