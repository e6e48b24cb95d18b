import FoundationEssentials
import TestSupport
import Testing

@testable import AuthFCGI

/// Each trap is found at its line, and nothing else is.
struct NginxTrapTests {
    /// Returns the name, weight and line of each finding.
    private func hits(_ text: String) -> [String] {
        let configuration = NginxExamination("/etc/nginx/site.conf", .memory(["/etc/nginx/site.conf": text]))
        #expect(configuration.problems == [])
        return NginxTraps.all.flatMap { trap in
            NginxChecks.look(for: trap, in: configuration).filter { $0.weight != .fine && $0.weight != .skipped }
                .map { finding in
                    let line = finding.text.dropFirst("/etc/nginx/site.conf:".count).prefix(while: \.isNumber)
                    return "\(trap.name) \(line)"
                }
        }
    }

    /// The note about the case of paths is about nearly every location that demands more. It has examples of its own.
    private static func isNoteOfCase(_ hit: String) -> Bool { hit.hasPrefix("case-of-paths ") }

    /// The beginning of a server that is protected as a whole. What follows begins in line 4.
    static let closed = "server {\ninclude authfcgi/verify.conf;\ninclude authfcgi/protect.conf;\n"
    /// The beginning of one whose locations are protected. What follows begins in line 3.
    static let open = "server {\ninclude authfcgi/verify.conf;\n"
    static let page = "include authfcgi/proxy.conf; proxy_pass http://app;"

    static func text(_ parts: String...) -> String { parts.joined() }

    static let traps: [([String], String)] = [
        (["answer-before-check 4"], "\(closed)location /a/ { return 200 ok; }"),
        (["answer-before-check 4"], "\(closed)location /a/ { if ($a) { return 200; } \(page) }"),
        (["answer-before-check 4"], "\(closed)return 200;"),
        (["rewrite-before-check 5"], "\(closed)location /a/ {\nrewrite ^ /b last; \(page) }"),
        (["rewrite-before-check 4"], "\(closed)location /a/ { if ($a) { rewrite ^ /b; } \(page) }"),
        (
            ["rewrite-above-verify 2"],
            "server {\nrewrite ^ /index.php last;\ninclude authfcgi/verify.conf; include authfcgi/protect.conf;"
        ),
        (
            ["rewrite-above-verify 1"],
            "server { if ($a) { rewrite ^ /b; } include authfcgi/verify.conf; include authfcgi/protect.conf;"
        ),
        (["satisfy-any 4"], "\(closed)location /a/ { satisfy any; allow 10.0.0.0/8; \(page) }"),
        (
            ["satisfy-any 3", "case-of-paths 4"],
            "\(open)satisfy any;\nlocation /a/ { auth_request /_authfcgi/verify; \(page) }"
        ),
        (["unchecked-parts 4"], "\(closed)location /a/ { ssi on; \(page) }"),
        (["unchecked-parts 4"], "\(closed)location /a/ { mirror /b; \(page) }"),
        (
            ["expression-beside 4", "case-of-paths 3"],
            text(
                open, "location /app/ { include authfcgi/protect.conf; \(page) }\n",
                "location ~ \\.php$ { include authfcgi/fastcgi.conf; fastcgi_pass php; }")
        ),
        (["open-part 5"], "\(closed)location /a/ { \(page)\nlocation /a/b/ { auth_request off; root /x; } }"),
        (
            ["demand-not-inherited 4", "case-of-paths 4"],
            "\(closed)location /a/ { set $authfcgi_require \"group a\"; \(page) location /a/b/ { \(page) } }"
        ),
        (
            ["demand-from-path 5"],
            text(
                closed, "location ^~ /team/ { return 404;\n",
                "location ~ ^/team/(.+)/ { set $authfcgi_require \"group $1\"; \(page) } }")
        ),
        (
            ["demand-beside 4"],
            "\(closed)location ~ ^/team/([a-z]+)/ { set $authfcgi_require \"group $1\"; \(page) }"
        ),
        (
            ["unknown-check 4", "case-of-paths 4"],
            "\(closed)location /a/ { auth_request /_authfcgi/admin; \(page) }"
        ),
        (["unknown-check 2"], "server {\ninclude authfcgi/protect.conf; location / { \(page) }"),
        (
            ["check-outside 5", "case-of-paths 5"],
            "\(closed)location = /check { include authfcgi/check.conf; }\nlocation /a/ { auth_request /check; \(page) }"
        ),
        (["bare-check 4"], "\(closed)location = /_authfcgi/a { internal; fastcgi_pass authfcgi; }"),
        (
            ["cached-check 4"],
            "\(closed)location = /_authfcgi/a { error_page 599 /; fastcgi_cache z; fastcgi_pass authfcgi; }"
        ),
        (
            ["client-decides 4"],
            "\(closed)location /a/ { if ($http_user_agent ~ bot) { set $authfcgi_require \"\"; } \(page) }"
        ),
        (
            ["check-beside 5"],
            text(
                closed,
                "location = /_authfcgi/a { set $authfcgi_demand \"group a\"; include authfcgi/check-http.conf;\n",
                "proxy_set_header X-A b; }")
        ),
        (["check-without-demand 4"], "\(closed)location = /_authfcgi/a { include authfcgi/check-http.conf; }"),
        (["wrong-identity-file 4"], "\(closed)location /a/ { include authfcgi/proxy.conf; uwsgi_pass app; }"),
        (["wrong-identity-file 4"], "\(closed)location /a/ { include authfcgi/uwsgi.conf; grpc_pass app; }"),
        (["no-identity-file 4"], "\(closed)location /a/ { proxy_pass http://app; }"),
        (
            ["no-identity-file 5"],
            "\(closed)include authfcgi/proxy.conf;\nlocation /a/ { proxy_set_header X-A b; proxy_pass http://app; }"
        ),
        (["doubled-headers 4"], "\(closed)location /a/ { proxy_set_header host $host; \(page) }"),
        (["other-upgrades 4"], "\(closed)location /a/ { proxy_set_header upgrade $http_upgrade; \(page) }"),
        (["header-names 1"], "http { underscores_in_headers on;\n\(closed) } }"),
        (["header-names 4"], "\(closed)ignore_invalid_headers off;"),
        (["shared-cache 4"], "\(closed)location /a/ { proxy_cache z; \(page) }"),
        (["shared-cache 4"], "\(closed)proxy_cache z;\nlocation /a/ { proxy_cache_key $uri; \(page) }"),
        (["lost-error-page 4"], "\(closed)location /a/ { error_page 401 = @authfcgi_sign_in; \(page) }"),
        (["nothing-protected 1"], "\(open)location / { \(page) }"),
        (
            ["case-of-paths 4"],
            text(
                closed, "location /a/ { auth_request /_authfcgi/a; \(page) } ",
                "location = /_authfcgi/a { set $authfcgi_demand \"group a\"; include authfcgi/check.conf; }")
        ),
        (["case-of-paths 4"], "\(closed)location = /a { set $authfcgi_require \"group a\"; \(page) }"),
        (["java-paths 4"], "\(closed)location /public/ { auth_request off; \(page) }"),
    ]

    @Test(arguments: traps + openTraps)
    func `a trap is found at its line`(_ expected: [String], _ text: String) {
        // The braces of the server, unless the text has them.
        let missing = text.count { $0 == "{" } - text.count { $0 == "}" }
        let found = hits(text + String(repeating: "}", count: missing))
        let isAboutCase = expected.contains(where: Self.isNoteOfCase)
        #expect(found.filter { isAboutCase || !Self.isNoteOfCase($0) } == expected)
    }

    static let harmless: [String] = [
        "\(closed)location / { \(page) }",
        "\(closed)location /a/ { return 404; } location /b/ { return 301 /c; }",
        "\(closed)location /d/ { rewrite ^/d/(.*) /e/$1 break; \(page) }",
        "\(closed)location /a/ { if ($request_method = OPTIONS) { return 204; } \(page) }",
        "\(closed)if ($host = www.example.com) { return 301 https://example.com$request_uri; }",
        text(
            closed, "location ^~ /team/ { return 404; ",
            "location ~ ^/team/([a-z]+)/ { set $authfcgi_require \"group $1\"; \(page) } }"),
        text(
            closed, "location = /_authfcgi/a { include authfcgi/check.conf; fastcgi_param AUTH_REQUIRE \"group a\"; } ",
            "location ~* ^/a(/|$) { auth_request /_authfcgi/a; error_page 401 = @authfcgi_sign_in; ",
            "error_page 500 = @authfcgi_cannot_tell; \(page) }"),
        text(
            "server { include authfcgi/verify-http.conf; include authfcgi/protect.conf; location = /_authfcgi/a { ",
            "set $authfcgi_demand \"group a\"; include authfcgi/check-http.conf; } location ~* ^/a(/|$) { ",
            "auth_request /_authfcgi/a; \(page) }"),
        "\(closed)location /a/ { proxy_cache z; proxy_cache_key \"$authfcgi_session_id $request_uri\"; \(page) }",
        "\(closed)location /a/ { include authfcgi/identity.conf; proxy_set_header Host $host; proxy_pass http://app; }",
        "\(closed)location /a/ { proxy_set_header Upgrade $authfcgi_upgrade; \(page) }",
        "\(closed)location ~ \\.php$ { include authfcgi/fastcgi.conf; fastcgi_pass php; }",
        "\(closed)location @forbidden { auth_request off; return 200 no; }",
        text(
            closed, "if ($request_uri ~* \"^[^?]*(?:/|%2f)(?:\\.|%2e)*(?:;|%3b)\") { return 400; } ",
            "location /public/ { auth_request off; \(page) }"),
        "server { listen 8081; include authfcgi/forward-auth.conf;",
        "server { location / { return 200; proxy_pass http://app; }",
        "upstream app { server 127.0.0.1:1; } map $a $b { default c; } \(closed)",
    ]

    @Test(arguments: harmless + openHarmless)
    func `what is no trap is not reported`(_ text: String) {
        let missing = text.count { $0 == "{" } - text.count { $0 == "}" }
        #expect(hits(text + String(repeating: "}", count: missing)).filter { !Self.isNoteOfCase($0) } == [])
    }

    @Test func `each trap has an example here, and a name of its own`() {
        let expected = (Self.traps + Self.openTraps).flatMap(\.0)
        let shown = Set(expected.compactMap { $0.split(separator: " ").first.map(String.init) })
        #expect(shown == Set(NginxTraps.all.map(\.name)))
        #expect(Set(NginxTraps.all.map(\.name)).count == NginxTraps.all.count)
    }

    @Test func `the message has place, directive, level and consequence`() throws {
        let configuration = NginxExamination(
            "/s.conf", .memory(["/s.conf": "\(Self.closed)location /a/ { satisfy any; \(Self.page) } }"]))
        let trap = try #require(NginxTraps.all.first { $0.name == "satisfy-any" })
        #expect(
            NginxChecks.look(for: trap, in: configuration) == [
                .error(
                    "/s.conf:4: satisfy any in location /a/ lets in whoever has an allowed address, which behind a load balancer is everybody",
                    "leave it at satisfy all")
            ])
    }

    // MARK: The documents

    @Test func `the example has no trap, and notes for applications in Java and those that ignore case`() {
        let configuration = NginxExamination(Repository.path("nginx/example.conf"))
        #expect(configuration.problems == [] && configuration.sites.count == 1)
        for trap in NginxTraps.all where !["java-paths", "case-of-paths"].contains(trap.name) {
            #expect(NginxChecks.look(for: trap, in: configuration) == [.fine("none")], "\(trap.name)")
        }
    }

    @Test(arguments: [
        ("deploy/examples/nginx.conf", 2), ("deploy/kubernetes/base/nginx.conf", 3),
        ("deploy/kubernetes/overlays/sidecar/nginx.conf", 1),
    ])
    func `the configurations in deploy have no trap`(_ path: String, _ servers: Int) {
        let configuration = NginxExamination(Repository.path(path))
        #expect(configuration.sites.count == servers)
        for trap in NginxTraps.all {
            #expect(NginxChecks.look(for: trap, in: configuration) == [.fine("none")], "\(trap.name)")
        }
    }

    /// Parts of the rows of the page about nginx, "Ways to open the site by accident", with the trap of each.
    private static let rows = [
        ("`return 200 …`", "answer-before-check"), ("`rewrite ^ /index.php last;`", "rewrite-above-verify"),
        ("`satisfy any; allow …;`", "satisfy-any"), ("`ssi`, `slice`", "unchecked-parts"),
        ("`location ~ \\.php$", "expression-beside"), ("that demands more", "expression-demands-less"),
        ("`return 204` in a check", "answer-in-check"), ("`error_page 401 = @public", "error-page-shows"),
        ("`set $authfcgi_require \"group $arg_", "demand-from-client"), ("in a nested location", "open-part"),
        ("`set $authfcgi_require …;`", "demand-not-inherited"), ("`auth_request` with a name", "unknown-check"),
        ("outside of `/_authfcgi/`", "check-outside"), ("`if ($http_user_agent …)`", "client-decides"),
        ("without its `error_page` line", "bare-check"), ("`uwsgi_pass`, `scgi_pass` or", "wrong-identity-file"),
        ("`proxy_pass` without", "no-identity-file"), ("`underscores_in_headers on`", "header-names"),
        ("`proxy_set_header Upgrade $http", "other-upgrades"),
        ("`fastcgi_cache`, `proxy_cache` for the check", "cached-check"), ("`check-http.conf` with a", "check-beside"),
        ("`proxy_cache` (`fastcgi_cache`", "shared-cache"),
        ("`location ~ ^/team/(.+)/", "demand-from-path"), ("in `location /public/`", "java-paths"),
        ("`location /admin/` with a demand", "case-of-paths"),
    ]

    @Test func `each row of the page about ways to open the site is looked for`() throws {
        let page = try NginxPage.text()
        let lines = page.split(separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(lines.firstIndex(of: "## Ways to open the site by accident"))
        let rows = lines[start...].drop { !$0.hasPrefix("|") }.prefix { $0.hasPrefix("|") }.dropFirst(2)
        for row in rows {
            let written = try #require(row.firstRange(of: " | ")).lowerBound
            #expect(Self.rows.count { row[..<written].contains($0.0) } == 1, "\(row)")
        }
        #expect(rows.count == Self.rows.count)
        let names = Set(NginxTraps.all.map(\.name))
        for (_, trap) in Self.rows { #expect(names.contains(trap), "\(trap)") }
    }
}
