import FoundationEssentials
import TestSupport
import Testing

/// Configurations in docs/nginx.md that expose the site by accident, and the alternatives that it recommends.
@Suite(.serialized, .leavesCleanLogs, .overBothProtocols) struct LocationTrapTests {
    /// The alternatives in the document.
    private static let noParameters =
        #"if ($request_uri ~* "^[^?]*(?:/|%2f)(?:\.|%2e)*(?:;|%3b)") { return 400; }"#
    private static let noTrailingDots = #"if ($request_uri ~* "^[^?]*(?:\.|%2e|%20)(?:/|%2f|\?|$)") { return 400; }"#
    private static let keyWithSession = #"proxy_cache_key "$authfcgi_session_id $scheme$proxy_host$request_uri";"#
    private static let prefix = """
            location ^~ /team/ {
                return 404;
                location ~ ^/team/([a-z]+)/ {
                    set $authfcgi_require "group $1";
                    include authfcgi/proxy.conf;
                    proxy_pass http://app;
                }
            }
        """

    /// The two forms of a locked path.
    private static let lockWithCase = "location /admin/ { auth_request /_authfcgi/admins;"
    private static let lockWithoutCase = "location ~* ^/admin(/|$) { auth_request /_authfcgi/admins;"
    private static let admins = """
        location = /_authfcgi/admins { set $authfcgi_demand "group admin"; include authfcgi/check.conf; }
        """

    private static func server(_ name: String, _ content: String) -> String {
        """
        server {
            listen unix:@PREFIX@/\(name).sock;
            include authfcgi/verify.conf;
            include authfcgi/protect.conf;
            include authfcgi/proxy.conf;
            \(content)
        }
        """
    }

    private static let java = """
        location /public/ { auth_request off; proxy_pass http://unix:@APP@:; }
        location / { proxy_pass http://unix:@APP@:; }
        """
    private static let pages = """
        location / {
            proxy_cache pages;
            proxy_cache_valid 200 1m;
            add_header X-Cache $upstream_cache_status;
            proxy_pass http://unix:@APP@:;
        }
        """

    private static let shared = SharedSite {
        let pass = "proxy_pass http://unix:@APP@:;"
        let rest = "location / { \(pass) }"
        return try Site(
            extra: """
                proxy_cache_path @PREFIX@/cache keys_zone=pages:1m;
                \(server("java", java))
                \(server("java-instead", "\(noParameters)\n\(java)"))
                \(server("team", #"location ~ ^/team/(.+)/ { set $authfcgi_require "group $1"; \#(pass) } \#(rest)"#))
                \(server("team-instead", prefix.replacing("http://app", with: "http://unix:@APP@:") + rest))
                \(server("case", "\(admins) \(lockWithCase) \(pass) } \(rest)"))
                \(server("case-instead", "\(admins) \(lockWithoutCase) \(pass) } \(rest)"))
                \(server("windows-instead", "\(noTrailingDots)\n\(admins) \(lockWithCase) \(pass) } \(rest)"))
                \(server("cache", pages))
                \(server("cache-instead", "\(keyWithSession)\n\(pages)"))
                """,
            listeners: [
                "java", "java-instead", "team", "team-instead", "case", "case-instead", "windows-instead", "cache",
                "cache-instead",
            ])
    }
    private let pod: Pod

    init() throws { pod = try Self.shared.get().pod }

    private func get(_ server: String, _ path: String, _ token: String? = nil) throws -> HTTPAnswer {
        try pod.client(server).get(path, headers: Browser.request(token))
    }

    @Test func `the document has these lines`() throws {
        let page = try MarkdownPage("docs/nginx.md", in: Repository.path(""))
        let blocks = page.blocks.map { Self.unindented($0.text) }
        for text in [Self.noParameters, Self.noTrailingDots, Self.keyWithSession, Self.prefix] {
            #expect(blocks.contains(Self.unindented(text)), "\(text)")
        }
    }

    private static func unindented(_ text: String) -> [String] {
        text.split(separator: "\n").map { String($0.drop { $0 == " " }) }
    }

    // MARK: Applications in Java

    /// Returns the path as a Java application interprets it: without path parameters (`;`), then decoded, then without
    /// empty segments and `..`.
    private static func pathInJava(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.replacing("%2e", with: ".").replacing("%2E", with: ".").split(separator: "/") {
            switch part.prefix(while: { $0 != ";" }) {
            case "", ".": continue
            case "..": _ = parts.popLast()
            case let name: parts.append(name)
            }
        }
        return "/" + parts.joined(separator: "/")
    }

    @Test(arguments: [
        "/public/..;/admin/users", "/public/..;x=1/admin/users", "/public/%2e%2E;/admin/users",
        "/public/a/..;/..;/admin/users",
    ])
    func `a path with parameters is open and protected at once, and refused as the document says`(path: String) throws {
        let trap = try get("java", path)
        #expect(trap.status == 200)
        let request = try #require(EchoedRequest(trap).methodAndPath).dropFirst("GET ".count)
        #expect(Self.pathInJava(String(request)) == "/admin/users", "\(request)")
        #expect(try get("java", "/admin/users").status == 401)
        #expect(try get("java-instead", path).status == 400)
        let token = try pod.signIn()
        #expect(try get("java-instead", path, token).status == 400)
    }

    @Test(arguments: ["/public/..%3b/admin", "/public%2f..;/admin", "/public/.;/x", "/public/..%3B/x?a=1"])
    func `spellings that some application might take for such a path are refused too`(path: String) throws {
        #expect(try get("java-instead", path).status == 400)
    }

    @Test(arguments: ["/public/shop;jsessionid=1F", "/public/a;b/c", "/public/x?next=/..;/y", "/public/x?a=1;b=2"])
    func `other semicolons pass`(path: String) throws {
        #expect(try get("java-instead", path).status == 200)
    }

    // MARK: Regular expressions

    @Test func `what an expression does not match comes to another location, unless a prefix is around it`() throws {
        let (ann, bob) = (try pod.signIn("ann", groups: ["staff"]), try pod.signIn("bob"))
        for server in ["team", "team-instead"] {
            #expect(try get(server, "/team/staff/x", ann).status == 200)
            #expect(try get(server, "/team/staff/x", bob).status == 403)
            #expect(try get(server, "/other", bob).status == 200)
        }
        for path in ["/team/staff", "/team/staff?x=/", "/team/"] {
            #expect(try get("team", path, bob).status == 200)
            #expect(try get("team-instead", path, bob).status == 404)
            #expect(try get("team-instead", path, ann).status == 404)
        }
        // `.` matches no line feed: but for paths.conf these would be such paths too.
        for path in ["/team/staff%0a/x", "/team/%0astaff/x", "/team/staff%0A/"] {
            #expect(try get("team", path, bob).status == 400)
        }
        #expect(try get("team-instead", "/team/Staff/x", bob).status == 404)
    }

    @Test func `a path in another case comes to another location, unless the expression ignores case`() throws {
        let page = try MarkdownPage("docs/nginx.md", in: Repository.path(""))
        let blocks = page.blocks.map { Self.unindented($0.text).joined(separator: " ") }
        #expect(blocks.contains { $0.hasPrefix(Self.lockWithoutCase) })
        let (ann, bob) = (try pod.signIn("ann", groups: ["admin"]), try pod.signIn("bob"))
        #expect(try get("case", "/admin/x", bob).status == 403)
        #expect(try get("case", "/Admin/x", bob).status == 200)
        for path in ["/admin", "/admin/x", "/Admin/x", "/ADMIN", "/%41dmin/", "//Admin/"] {
            #expect(try get("case-instead", path, bob).status == 403, "\(path)")
            #expect(try get("case-instead", path, ann).status == 200, "\(path)")
            #expect(try get("case-instead", path).status == 401, "\(path)")
        }
        #expect(try get("case-instead", "/administration", bob).status == 200)
    }

    // MARK: Applications on Windows

    @Test(arguments: [
        "/admin./x", "/admin%20/x", "/admin.", "/admin%2E%2e/x", "/admin%20?a=1", "/admin.%2fx", "/admin%20.",
    ])
    func `a name with a dot or a space at its end comes elsewhere, unless it is refused`(path: String) throws {
        let bob = try pod.signIn("bob")
        #expect(try get("case", path, bob).status == 200)
        #expect(try get("windows-instead", "/admin/x", bob).status == 403)
        #expect(try get("windows-instead", path, bob).status == 400)
    }

    @Test(arguments: ["/a.b/c", "/.well-known/x", "/a%20b", "/x?a=b.", "/x?a=./%20"])
    func `other dots and spaces pass`(path: String) throws {
        #expect(try get("windows-instead", path, pod.signIn()).status == 200)
    }

    // MARK: Caches

    @Test func `a cache without the session in its key answers with the page of another user`() throws {
        let (ann, bob) = (try pod.signIn("ann"), try pod.signIn("bob"))
        func user(_ server: String, _ token: String, _ state: String) throws -> [String] {
            let answer = try get(server, "/page", token)
            #expect(answer.status == 200 && answer.headers["X-Cache"] == state, "\(answer)")
            return EchoedRequest(answer)["Remote-User"]
        }
        #expect(try user("cache", ann, "MISS") == ["ann"])
        #expect(try user("cache", bob, "HIT") == ["ann"])
        #expect(try user("cache-instead", ann, "MISS") == ["ann"])
        #expect(try user("cache-instead", bob, "MISS") == ["bob"])
        #expect(try user("cache-instead", ann, "HIT") == ["ann"])
        #expect(try user("cache-instead", bob, "HIT") == ["bob"])
        // The check is still made for each request.
        #expect(try pod.gate.logOut(ann).status == 204)
        for server in ["cache", "cache-instead"] {
            try eventually("the session is refused") { try get(server, "/page", ann).status == 401 }
        }
    }
}
