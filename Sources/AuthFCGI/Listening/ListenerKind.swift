/// What a listening socket speaks. The raw value is the word in LISTEN, and the name of a socket of systemd.
enum ListenerKind: String, CaseIterable, Sendable {
    case fastCGI = "fcgi"
    /// HTTP, with the paths of the routes.
    case http
    /// HTTP, with one answer to every path and method: the check, for fronts that put the client's own path into its place.
    case httpCheck = "http-check"
    /// HTTP, with the numbers for Prometheus and nothing else: a socket of METRICS_LISTEN.
    case metrics

    /// True if the front's word about the client comes in headers, which are believed of trusted proxies alone.
    var isHTTP: Bool {
        switch self {
        case .fastCGI: false
        case .http, .httpCheck, .metrics: true
        }
    }

    /// Returns the kind that the name of a socket of systemd says (FileDescriptorName= in systemd.socket(5)). Any name but
    /// those of HTTP is FastCGI's, such as the default, the name of the unit.
    init(socketName: String?) {
        self = socketName.flatMap { ListenerKind(rawValue: $0) } ?? .fastCGI
    }

    /// What precedes a place in LISTEN, and in the names of sockets. FastCGI is meant without any.
    var prefix: String { self == .fastCGI ? "" : rawValue + ":" }
}
