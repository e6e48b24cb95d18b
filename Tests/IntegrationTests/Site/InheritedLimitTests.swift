import FoundationEssentials
import TestSupport
import Testing

/// Limits and hooks that a site has for its pages neither refuse a check nor see a password.
@Suite(.serialized, .leavesCleanLogs, .overBothProtocols) struct InheritedLimitTests {
    /// Of a server or of the http level: for pages, all of it makes sense.
    private static let hooks = """
        client_max_body_size 1k;
        expires 1h;
        mirror /mirror;
        fastcgi_bind 127.0.0.1;
        fastcgi_buffer_size 4k;
        fastcgi_buffers 4 4k;
        fastcgi_busy_buffers_size 4k;
        client_body_in_file_only on;
        client_body_temp_path @PREFIX@/bodies;
        fastcgi_pass_request_body off;
        """
    /// Answers everything, and notes the paths that were mirrored.
    private static let sink = """
        server {
            listen unix:@PREFIX@/sink.sock;
            client_max_body_size 0;
            location / { return 200 "$http_content_length"; }
            location /mirrored/ { access_log @PREFIX@/mirrored.log; return 200; }
        }
        """

    private static let shared = SharedSite {
        try Site(
            extra: """
                \(sink)
                limit_req_zone $server_name zone=pages:1m rate=1r/m;
                limit_conn_zone $server_name zone=connections:1m;
                server {
                    listen unix:@PREFIX@/uploads.sock;
                    include authfcgi/verify.conf;
                    include authfcgi/protect.conf;
                    location /upload/ {
                        client_max_body_size 100m;
                        include authfcgi/proxy.conf;
                        proxy_pass http://unix:@PREFIX@/sink.sock:;
                    }
                }
                server {
                    listen unix:@PREFIX@/hooks.sock;
                    \(hooks)
                    include authfcgi/verify.conf;
                    include authfcgi/endpoints.conf;
                    include authfcgi/protect.conf;
                    location = /mirror {
                        internal;
                        auth_request off;
                        proxy_pass http://unix:@PREFIX@/sink.sock:/mirrored$request_uri;
                    }
                    location / {
                        error_page 401 = @authfcgi_sign_in;
                        include authfcgi/proxy.conf;
                        proxy_pass http://unix:@PREFIX@/sink.sock:;
                    }
                }
                server {
                    listen unix:@PREFIX@/limited.sock;
                    server_name limited;
                    limit_req zone=pages burst=2 nodelay;
                    limit_conn connections 1;
                    include authfcgi/verify.conf;
                    include authfcgi/protect.conf;
                    location / { include authfcgi/proxy.conf; proxy_pass http://unix:@PREFIX@/sink.sock:; }
                }
                server {
                    listen unix:@PREFIX@/asked.sock;
                    \(hooks)
                    auth_basic "Pages";
                    auth_basic_user_file /dev/null;
                    auth_request /refused;
                    location = /refused { internal; return 403; }
                    location = /mirror { internal; proxy_pass http://unix:@PREFIX@/sink.sock:/mirrored$request_uri; }
                    include authfcgi/forward-auth.conf;
                }
                """, listeners: ["uploads", "hooks", "limited", "asked", "sink"])
    }
    private let pod: Pod
    private let folder: TestFolder

    init() throws {
        let site = try Self.shared.get()
        (pod, folder) = (site.pod, site.folder)
    }

    /// A byte more than nginx's default limit.
    private static let upload = [UInt8](repeating: 0, count: 1 << 20 | 1)

    private func mirrored() -> [Substring] {
        folder.read(pod.file("mirrored.log")).split(separator: "\n")
    }

    @Test func `an upload that its location allows is checked`() throws {
        let token = try pod.signIn()
        for headers in [Browser.request(token), [bearer(token)]] {
            let answer = try pod.client("uploads").request("POST", "/upload/x", headers: headers, body: Self.upload)
            #expect(answer.status == 200)
            #expect(answer.text == "\(Self.upload.count)")
        }
        let refused = try pod.client("uploads").request(
            "POST", "/upload/x", headers: Browser.request(), body: Self.upload)
        #expect(refused.status == 401)
    }

    @Test func `a check for another proxy has no limit either`() throws {
        let token = try pod.signIn()
        let client = pod.client("asked")
        #expect(try client.request("POST", "/x", headers: [bearer(token)], body: Self.upload).status == 200)
        #expect(try client.request("POST", "/x", body: Self.upload).status == 401)
        // Nor is the body kept.
        try eventually("the body's file is gone") {
            try FileManager.default.subpathsOfDirectory(atPath: folder.path(pod.file("bodies"))).allSatisfy {
                folder.read(pod.file("bodies/\($0)")).utf8.count != Self.upload.count
            }
        }
    }

    @Test func `pages are checked, and are what the hooks are for`() throws {
        let token = try pod.signIn()
        let answer = try pod.client("hooks").get("/page", headers: Browser.request(token))
        #expect(answer.status == 200)
        #expect(answer.headers["Cache-Control"] == "max-age=3600")
        try eventually("the page is mirrored") { mirrored().contains { $0.contains("/mirrored/page") } }
        let signIn = try pod.client("hooks").get("/page", headers: Browser.request())
        #expect(signIn.status == 302)
        #expect(signIn.headers.all("Cache-Control") == ["no-store"])
        #expect(signIn.headers["Expires"] == nil)
    }

    @Test func `the gate's responses are not cached, and a password goes nowhere else`() throws {
        // The users are the same over both protocols.
        let (name, password) = (GateProtocol.current == .http ? "bea" : "cleo", "a-password-for-bea")
        RunRecord.note(secret: password)
        try pod.gate.addUser(name, password: password)
        let login = try pod.client("hooks").post(
            "/auth/login", #"{"username":"\#(name)","password":"\#(password)"}"#, headers: Browser.request())
        #expect(login.status == 200)
        let token = try #require(try object(login)["token"]?.text)
        RunRecord.note(secret: token)
        let me = try pod.client("hooks").get("/auth/me", headers: Browser.request(token))
        #expect(me.status == 200)
        for answer in [login, me] { #expect(answer.headers.all("Cache-Control") == ["no-store"]) }
        #expect(try pod.client("hooks").get("/later", headers: Browser.request(token)).status == 200)
        try eventually("a later page is mirrored") { mirrored().contains { $0.contains("/mirrored/later") } }
        #expect(!mirrored().contains { $0.contains("/auth/") })
        let files = try FileManager.default.subpathsOfDirectory(atPath: folder.path(pod.file("bodies")))
        #expect(files.allSatisfy { !folder.read(pod.file("bodies/\($0)")).contains(password) })
    }

    @Test func `a check for another proxy has its own response, in spite of the hooks`() throws {
        let token = try pod.signIn()
        for headers in [[], [("Range", "bytes=0-")], [("If-Match", "\"x\"")], [("If-Modified-Since", "yesterday")]] {
            let answer = try pod.client("asked").get("/asked", headers: [bearer(token)] + headers)
            #expect(answer.status == 200)
            #expect(answer.headers["Remote-User"] == "ann")
            #expect(answer.headers.all("Cache-Control") == ["no-store"])
        }
        let refused = try pod.client("asked").get("/asked")
        #expect(refused.status == 401)
        #expect(refused.headers["WWW-Authenticate"] == "Bearer")
        let token2 = try pod.signIn()
        #expect(try pod.client("hooks").get("/last", headers: [bearer(token2)]).status == 200)
        try eventually("a later page is mirrored") { mirrored().contains { $0.contains("/mirrored/last") } }
        #expect(!mirrored().contains { $0.contains("/mirrored/asked") })
    }

    @Test func `a check does not count for the site's limits of requests and connections`() throws {
        let token = try pod.signIn()
        let statuses = try (0..<4).map { _ in
            try pod.client("limited").get("/page", headers: Browser.request(token)).status
        }
        #expect(statuses == [200, 200, 200, 503])
    }
}
