import Testing

/// A web server or proxy whose files are tested: those in `deploy/fronts`, and those in `nginx`.
enum Front: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case nginx
    case nginxOverHTTP = "nginx over HTTP"
    case caddy
    case envoy
    case haproxy
    case lighttpd
    case apache

    /// Those whose treatment of requests differs. nginx does with a client's headers and paths what its files say, whatever
    /// the protocol in which it asks the gate.
    static let withOwnFiles = allCases.filter { $0 != .nginxOverHTTP }

    var testDescription: String { rawValue }

    /// Whether it asks once more when the gate does not answer, for so long that a restart of the gate is not noticed.
    var waitsForTheGate: Bool {
        switch self {
        case .caddy, .envoy, .haproxy: true
        case .nginx, .nginxOverHTTP, .lighttpd, .apache: false
        }
    }

    /// Whether it asks once more on another connection, so that the death of a worker is not noticed.
    var asksTwice: Bool {
        switch self {
        case .nginx, .nginxOverHTTP, .caddy, .envoy, .haproxy: true
        case .lighttpd, .apache: false
        }
    }

    /// The statuses of a protected page while the gate is away.
    var statusesWithoutGate: Set<Int> {
        switch self {
        case .nginx, .nginxOverHTTP, .envoy, .haproxy: [503]
        case .caddy: [502]
        // 500 for the checks that find out, and 503 afterwards.
        case .lighttpd: [500, 503]
        case .apache: [500]
        }
    }

    /// Whether it takes a body over HTTP/2 that comes without its length, as all do: lighttpd from 1.4.78 on.
    var takesBodiesWithoutLength: Bool { self != .lighttpd }

    /// Whether its files let a client change to WebSocket. nginx needs lines in the location: docs/nginx.md.
    var passesWebSockets: Bool {
        switch self {
        case .caddy, .envoy, .haproxy: true
        case .nginx, .nginxOverHTTP, .lighttpd, .apache: false
        }
    }

    /// The length of the longest list of groups whose user gets in: the gate permits 4096 bytes, percent-encoded.
    var groupBytes: Int {
        switch self {
        case .nginx, .nginxOverHTTP, .caddy, .envoy, .haproxy, .lighttpd: 12_000
        // mod_authnz_fcgi reads 8 kB of the gate's answer.
        case .apache: 7_000
        }
    }
}
