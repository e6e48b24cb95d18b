import TestSupport
import Testing

/// What a site has set for its own `proxy_pass` neither changes a check over HTTP nor the gate's pages.
@Suite(.serialized, .leavesCleanLogs, .overHTTP) struct HostileProxyTests {
    /// What the application's location needs back.
    private static let application = """
        proxy_bind off;
        proxy_cache off;
        proxy_set_body $request_body;
        proxy_method $request_method;
        proxy_intercept_errors off;
        include authfcgi/proxy.conf;
        proxy_pass http://unix:@APP@:;
        """
    private static let configuration = """
        proxy_cache_path @PREFIX@/cache keys_zone=checks:1m;
        server {
            listen unix:@PREFIX@/hostile.sock;
            client_max_body_size 1k;
            expires 1h;
            proxy_bind 127.0.0.1;
            proxy_buffer_size 4k;
            proxy_buffers 4 4k;
            proxy_busy_buffers_size 4k;
            proxy_cache checks;
            proxy_cache_key $uri;
            proxy_cache_valid any 1h;
            proxy_cookie_path / /elsewhere;
            proxy_hide_header Remote-User;
            proxy_http_version 1.0;
            proxy_ignore_headers Cache-Control Set-Cookie;
            proxy_intercept_errors on;
            proxy_method HEAD;
            proxy_next_upstream off;
            proxy_pass_request_body on;
            proxy_read_timeout 60s;
            proxy_redirect ~^ /elsewhere;
            proxy_set_body "GET /auth/verify HTTP/1.1\\r\\n";
            proxy_set_header Authorization "Bearer none";
            proxy_set_header Transfer-Encoding chunked;

            include authfcgi/verify.conf;
            include authfcgi/endpoints.conf;
            include authfcgi/protect.conf;
            rewrite ^/_authfcgi /index.php last;
            location = /index.php { return 200 "stray page"; }
            location / {
                \(application)
            }
            location /staff/ {
                set $authfcgi_require "group staff";
                \(application)
            }
            location /upload/ {
                client_max_body_size 1m;
                client_body_buffer_size 64k;
                \(application)
            }
        }
        """

    private static let shared = OncePerProtocol { try Site(extra: configuration, listeners: ["hostile"]) }
    private let pod: Pod

    init() throws { pod = try Self.shared.get().pod }

    private func client() -> HTTPClient { pod.client("hostile") }

    @Test func `a session gives access until its end, without a cache in between`() throws {
        let token = try pod.signIn()
        let invented = bearer("afs_" + String(repeating: "A", count: 54))
        for _ in 0..<3 {
            let answer = try client().get("/page", headers: Browser.request(token))
            #expect(answer.status == 200, "\(answer)")
            #expect(EchoedRequest(answer)["Remote-User"] == ["ann"])
            #expect(try client().get("/page", headers: Browser.request()).status == 401)
            #expect(try client().get("/page", headers: [invented]).status == 401)
        }
        #expect(try pod.gate.logOut(token).status == 204)
        try expectRefused { try client().get("/page", headers: [bearer(token)]).status }
    }

    @Test func `the requirement of a location is checked`() throws {
        let (ann, bob) = (try pod.signIn("ann", groups: ["staff"]), try pod.signIn("bob"))
        for _ in 0..<2 {
            #expect(try client().get("/staff/page", headers: [bearer(ann)]).status == 200)
            #expect(try client().get("/staff/page", headers: [bearer(bob)]).status == 403)
            #expect(try client().get("/page", headers: [bearer(bob)]).status == 200)
        }
    }

    @Test func `a check has neither the client's body nor its limit`() throws {
        let token = try pod.signIn()
        let body = String(repeating: "0123456789", count: 2000)
        for _ in 0..<3 {
            let answer = try client().post("/upload/x", body, type: "text/plain", headers: [bearer(token)])
            #expect(answer.status == 200 && EchoedRequest(answer).body == body)
            #expect(try client().post("/upload/x", body, type: "text/plain").status == 401)
        }
    }

    @Test func `the gate's pages are its own`() throws {
        let password = "a-password-for-bea"
        RunRecord.note(secret: password)
        try pod.gate.addUser("bea", password: password)
        let login = try client().post(
            "/auth/login", form: [("username", "bea"), ("password", password), ("rd", "/page")],
            headers: [("Sec-Fetch-Site", "same-origin")])
        #expect(login.status == 303 && login.headers["Location"] == "/page")
        #expect(login.headers.all("Cache-Control") == ["no-store"])
        let token = try #require(login.headers.cookie("__Host-session"))
        RunRecord.note(secret: token)
        #expect(login.headers.all("Set-Cookie").contains { $0.contains("; Path=/;") })
        for _ in 0..<2 {
            let me = try client().get("/auth/me", headers: [cookie(token)])
            #expect(me.status == 200)
            #expect(try client().get("/auth/me").status == 401)
        }
    }

    @Test func `without the gate the response is 503`() throws {
        let token = try pod.signIn()
        let client = self.client()
        #expect(try client.get("/page", headers: [bearer(token)]).status == 200)
        pod.gate.kill()
        for path in ["/page", "/staff/page", "/auth/me"] {
            let answer = try client.get(path, headers: [bearer(token)])
            #expect(answer.status == 503 && answer.headers["Retry-After"] != nil, "\(path)")
        }
        try pod.gate.start()
        #expect(try client.get("/page", headers: [bearer(token)]).status == 200)
    }
}
