import TestSupport
import Testing

/// A location's `$1` has its value whatever the client sends, although maps.conf matches the client's cookies and
/// Authorization with regular expressions too.
@Suite(.serialized, .leavesCleanLogs, .overBothProtocols) struct LocationCaptureTests {
    /// A location for `/PREFIX/NAME/…`, whose upstream gets NAME.
    private static func locations(_ name: String, _ pass: String, _ parameter: String) -> String {
        let upstream = """
            \(name == "proxy" || name == "grpc" ? "" : "include /etc/nginx/\(name)_params;")
            include authfcgi/\(name).conf;
            \(parameter) $1-$2;
            \(pass);
            """
        return """
            location ~ ^/\(name)/([a-z]+)/([a-z]+) { \(upstream) }
            location ~ ^/open/\(name)/([a-z]+)/([a-z]+) { auth_request off; \(upstream) }
            """
    }

    private static let sites = SharedSite {
        try Site(
            extra: """
                server {
                    listen unix:@PREFIX@/captures.sock;
                    include authfcgi/verify.conf;
                    include authfcgi/protect.conf;
                    \(locations("proxy", "proxy_pass http://unix:@APP@:", "proxy_set_header X-Team"))
                    \(locations("fastcgi", "fastcgi_pass unix:@PREFIX@/fastcgi.sock", "fastcgi_param HTTP_X_TEAM"))
                    \(locations("uwsgi", "uwsgi_pass unix:@PREFIX@/uwsgi.sock", "uwsgi_param HTTP_X_TEAM"))
                    \(locations("scgi", "scgi_pass unix:@PREFIX@/scgi.sock", "scgi_param HTTP_X_TEAM"))
                    \(locations("grpc", "grpc_pass grpc://unix:@PREFIX@/grpc.sock", "grpc_set_header X-Team"))
                }
                server {
                    listen unix:@PREFIX@/grpc.sock http2;
                    location / { proxy_pass http://unix:@APP@:; }
                }
                """, listeners: ["captures"])
    }
    private static let shared = OncePerProtocol {
        let site = try sites.get()
        let applications = (
            try EchoFastCGI(at: site.pod.listener("fastcgi")), try EchoUWSGI(at: site.pod.listener("uwsgi")),
            try EchoSCGI(at: site.pod.listener("scgi"))
        )
        return (site, applications)
    }
    private let pod: Pod

    init() throws { pod = try Self.shared.get().0.pod }

    private func team(_ path: String, _ headers: [(String, String)]) throws -> [String] {
        let answer = try pod.client("captures").get(path, headers: headers)
        try #require(answer.status == 200, "\(answer)")
        let request = EchoedRequest(answer)
        if request.methodAndPath != nil { return request["X-Team"] }
        return answer.text.split(separator: "\n").filter { $0.hasPrefix("HTTP_X_TEAM=") }.map {
            String($0.dropFirst("HTTP_X_TEAM=".count))
        }
    }

    @Test(arguments: ["proxy", "fastcgi", "uwsgi", "scgi", "grpc"])
    func `a protected location has its captures`(name: String) throws {
        let token = try pod.signIn()
        let basic = ("Authorization", "Basic YW5uOng=")
        for headers in [
            [bearer(token)], [cookie(token)], Browser.request(token), Browser.request(token) + [basic],
            Browser.request() + [bearer(token)],
        ] {
            #expect(try team("/\(name)/acme/blue", headers) == ["acme-blue"], "\(headers)")
        }
    }

    @Test(arguments: ["proxy", "fastcgi", "uwsgi", "scgi", "grpc"])
    func `an open location has its captures`(name: String) throws {
        let token = try pod.signIn()
        for headers in [
            [], [("Cookie", "a=1")], [("Authorization", "Basic YW5uOng=")], Browser.request(), Browser.request(token),
            [bearer(token)], [("Cookie", "__Host-session=x; __Host-session=y")], [("Host", "localhost:8001")],
        ] {
            #expect(try team("/open/\(name)/acme/blue", headers) == ["acme-blue"], "\(headers)")
        }
    }
}
