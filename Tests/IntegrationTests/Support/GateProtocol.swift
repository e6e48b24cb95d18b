/// The protocol in which nginx asks the gate.
enum GateProtocol: String, Sendable, CaseIterable {
    case fastCGI = "FastCGI"
    case http = "HTTP"

    /// The protocol of the sites that are started within this test.
    @TaskLocal static var current: GateProtocol = .fastCGI

    /// The includes of nginx's configuration, written for FastCGI, that a site changes for this protocol.
    var includes: [(String, String)] {
        switch self {
        case .fastCGI: return []
        case .http:
            let upstream = "include authfcgi/upstream.conf;"
            let changed = ["verify", "check", "endpoints", "health"].map { name in
                ("include authfcgi/\(name).conf;", "include authfcgi/\(name)-http.conf;")
            }
            // The server for other proxies (forward-auth.conf) still asks over FastCGI.
            return [(upstream, "\(upstream)\ninclude authfcgi/upstream-http.conf;")] + changed
        }
    }

    /// Returns a configuration that was written for FastCGI in the form of this protocol.
    func converted(_ configuration: String) -> String {
        includes.reduce(configuration) { $0.replacing($1.0, with: $1.1) }
    }
}
