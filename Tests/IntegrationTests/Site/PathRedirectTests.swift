import TestSupport
import Testing

/// paths.conf is about the path that the client has asked for. Paths that the site itself names, in redirects within
/// nginx, may be any.
@Suite(.serialized, .leavesCleanLogs, .overBothProtocols) struct PathRedirectTests {
    /// Every location, but for the last two, leads to a file whose name no client may ask for.
    private static let locations = #"""
        location = /accel/latin { proxy_pass http://unix:@PREFIX@/names.sock:; }
        location = /accel/backslash { proxy_pass http://unix:@PREFIX@/names.sock:; }
        location = /error { error_page 404 = "/files/a\\b.txt"; root @PREFIX@/none; }
        location = /named { error_page 404 = @named; root @PREFIX@/none; }
        location @named { rewrite ^ "/files/a\\b.txt" last; }
        location = /try { root @PREFIX@/none; try_files /none "/files/a\\b.txt"; }
        location = /rewrite { rewrite ^ "/files/a\\b.txt" last; }
        location /open/ { auth_request off; error_page 404 = "/files/a\\b.txt"; root @PREFIX@/none; }
        location /files/ { internal; return 200 "a file of the site"; }
        location / { include authfcgi/proxy.conf; proxy_pass http://unix:@APP@:; }
        """#

    private static let shared = SharedSite {
        try Site(
            extra: """
                server {
                    listen unix:@PREFIX@/paths.sock;
                    include authfcgi/verify.conf;
                    include authfcgi/protect.conf;
                    \(locations)
                }
                server {
                    listen unix:@PREFIX@/names.sock;
                    location = /accel/latin { add_header X-Accel-Redirect /files/caf%E9.txt; return 200; }
                    location = /accel/backslash { add_header X-Accel-Redirect /files/a%5Cb.txt; return 200; }
                }
                """, listeners: ["paths", "names"])
    }
    private let pod: Pod

    init() throws { pod = try Self.shared.get().pod }

    @Test(arguments: ["/accel/latin", "/accel/backslash", "/error", "/named", "/try", "/rewrite", "/open/x"])
    func `the site itself may name any file`(path: String) throws {
        let answer = try pod.client("paths").get(path, headers: Browser.request(pod.signIn()))
        #expect(answer.status == 200 && answer.text == "a file of the site", "\(answer)")
        // Those who are not signed in get there from open locations alone.
        let stranger = try pod.client("paths").get(path)
        #expect(stranger.status == (path == "/open/x" || path == "/rewrite" ? 200 : 401), "\(stranger)")
    }

    @Test(arguments: [
        "/open/caf%E9", "/open/a%5cb", "/open/%0a", "/files/a%5Cb.txt", "/page/%ff", "/auth/login/%c0%af",
    ])
    func `a client may not`(path: String) throws {
        for headers in [Browser.request(), Browser.request(try pod.signIn())] {
            let answer = try pod.client("paths").get(path, headers: headers)
            #expect(answer.status == 400 && !answer.text.contains("a file of the site"), "\(answer)")
        }
    }

    @Test func `the check of a path that passes is asked, and the application gets it`() throws {
        let path = "/caf%C3%A9/x"
        #expect(try pod.client("paths").get(path).status == 401)
        let answer = try pod.client("paths").get(path, headers: Browser.request(pod.signIn()))
        #expect(answer.status == 200 && EchoedRequest(answer).methodAndPath == "GET \(path)", "\(answer)")
    }
}
