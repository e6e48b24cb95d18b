import TestSupport
import Testing

/// The variables of applications behind `uwsgi_pass` and `scgi_pass`, and the headers behind `grpc_pass`.
@Suite(.serialized, .leavesCleanLogs) struct GatewayUpstreamTests {
    private static func locations(_ protocolName: String, _ address: String, parameters: Bool = true) -> String {
        let upstream = """
            \(parameters ? "include /etc/nginx/\(protocolName)_params;" : "")
            include authfcgi/\(protocolName).conf;
            \(protocolName)_pass \(address);
            """
        return """
            location /\(protocolName)/ { \(upstream) }
            location /open/\(protocolName)/ { auth_request off; \(upstream) }
            """
    }

    private static let shared = OncePerSuite {
        let site = try Site(
            extra: """
                server {
                    listen unix:@PREFIX@/gateways.sock;
                    include authfcgi/verify.conf;
                    include authfcgi/protect.conf;
                    \(locations("uwsgi", "unix:@PREFIX@/uwsgi.sock"))
                    \(locations("scgi", "unix:@PREFIX@/scgi.sock"))
                    \(locations("grpc", "grpc://unix:@PREFIX@/grpc.sock", parameters: false))
                }
                server {
                    listen unix:@PREFIX@/grpc.sock http2;
                    location / { proxy_pass http://unix:@APP@:; }
                }
                """, listeners: ["gateways"])
        let applications = (
            uwsgi: try EchoUWSGI(at: site.pod.listener("uwsgi")), scgi: try EchoSCGI(at: site.pod.listener("scgi"))
        )
        return (site, applications)
    }
    private let pod: Pod

    init() throws { pod = try Self.shared.get().0.pod }

    private static let forged = [
        "Remote-User", "Remote-Groups", "Remote-Name", "Remote-Email", "X-Auth-User-Id", "X-Auth-Session-Id",
        "X-Original-URL", "X-Rewrite-URL",
    ].map { ($0, "admin") }

    /// Returns the values of a variable or header by the name of the header.
    private func received(_ path: String, _ headers: [(String, String)]) throws -> (String) -> [String] {
        let answer = try pod.client("gateways").get(path, headers: Browser.headers + headers)
        try #require(answer.status == 200, "\(answer)")
        if path.contains("grpc") {
            let request = EchoedRequest(answer)
            return { request[$0] }
        }
        let lines = answer.text.split(separator: "\n")
        return { header in
            let name = "HTTP_" + header.uppercased().replacing("-", with: "_") + "="
            return lines.filter { $0.hasPrefix(name) }.map { String($0.dropFirst(name.utf8.count)) }
        }
    }

    @Test(arguments: ["uwsgi", "scgi", "grpc"])
    func `a protected page gets the user's identity from the gate only`(name: String) throws {
        let token = try pod.signIn("ann", groups: ["staff"])
        let headers =
            Self.forged + [Browser.cookies(with: token), ("Authorization", "Basic YWRtaW46eA==")]
        let received = try received("/\(name)/page", headers)
        #expect(received("Remote-User") == ["ann"])
        #expect(received("Remote-Groups") == ["staff"])
        #expect(received("Remote-Name") == [])
        #expect(received("X-Auth-User-Id") == ["ann"])
        #expect(received("X-Auth-Session-Id").count == 1 && received("X-Auth-Session-Id") != ["admin"])
        #expect(received("X-Original-URL") == [] && received("X-Rewrite-URL") == [])
        #expect(received("Cookie") == [Browser.otherCookies])
        #expect(received("Sec-Fetch-Site") == ["same-origin"])
        #expect(try pod.client("gateways").get("/\(name)/page", headers: Self.forged).status == 401)
    }

    @Test(arguments: ["uwsgi", "scgi", "grpc"])
    func `on an open page there is no identity, whatever the client sends`(name: String) throws {
        let token = try pod.signIn()
        let received = try received("/open/\(name)/page", Self.forged + [cookie(token)])
        for (header, _) in Self.forged { #expect(received(header) == [], "\(header)") }
        #expect(received("Cookie") == [])
    }

    @Test(arguments: ["uwsgi", "scgi", "grpc"])
    func `the token never reaches the application, in any form`(name: String) throws {
        let token = try pod.signIn()
        for path in ["/\(name)/page", "/open/\(name)/page"] {
            for headers in [[bearer(token)], [cookie(token)], [bearer(token), cookie(token)]] {
                let answer = try pod.client("gateways").get(path, headers: headers)
                #expect(answer.status == 200)
                #expect(!answer.text.contains(token.dropFirst(4)))
            }
        }
    }
}
