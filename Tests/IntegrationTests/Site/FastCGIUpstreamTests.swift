import TestSupport
import Testing

/// The parameters of an application behind `fastcgi_pass`. Of several parameters with one name PHP uses the last.
@Suite(.serialized, .leavesCleanLogs) struct FastCGIUpstreamTests {
    private static let shared = OncePerSuite {
        let site = try Site(
            extra: """
                server {
                    listen unix:@PREFIX@/php-site.sock;
                    include authfcgi/verify.conf;
                    location / {
                        include authfcgi/protect.conf;
                        include /etc/nginx/fastcgi_params;
                        include authfcgi/fastcgi.conf;
                        fastcgi_pass unix:@PREFIX@/php.sock;
                    }
                    location /open/ {
                        include /etc/nginx/fastcgi_params;
                        include authfcgi/fastcgi.conf;
                        fastcgi_pass unix:@PREFIX@/php.sock;
                    }
                }
                """, listeners: ["php-site"])
        return (site, try EchoFastCGI(at: site.pod.listener("php")))
    }
    private let pod: Pod

    init() throws {
        pod = try Self.shared.get().0.pod
    }

    private func parameters(_ path: String, _ headers: [(String, String)]) throws -> (String) -> [String] {
        let answer = try pod.client("php-site").get(path, headers: Browser.headers + headers)
        try #require(answer.status == 200, "\(answer)")
        let lines = answer.text.split(separator: "\n")
        return { name in
            lines.filter { $0.hasPrefix(name + "=") }.map { String($0.dropFirst(name.utf8.count + 1)) }
        }
    }

    private static let forged = [
        "Remote-User", "Remote-Groups", "Remote-Name", "Remote-Email", "X-Auth-User-Id", "X-Auth-Session-Id",
        "X-Original-URL", "X-Rewrite-URL",
    ].map { ($0, "admin") }

    @Test func `a protected page gets the user's identity from the gate only`() throws {
        let token = try pod.signIn("ann", groups: ["staff"])
        let headers =
            Self.forged + [Browser.cookies(with: token), ("Authorization", "Basic YWRtaW46eA==")]
        let parameters = try parameters("/page", headers)
        #expect(parameters("REMOTE_USER").last == "ann")
        #expect(parameters("HTTP_REMOTE_USER") == ["ann"])
        #expect(parameters("HTTP_REMOTE_GROUPS") == ["staff"])
        #expect(parameters("HTTP_REMOTE_NAME") == [])
        #expect(parameters("HTTP_X_AUTH_USER_ID") == ["ann"])
        #expect(parameters("HTTP_X_AUTH_SESSION_ID").count == 1)
        #expect(parameters("HTTP_X_ORIGINAL_URL") == [] && parameters("HTTP_X_REWRITE_URL") == [])
        #expect(parameters("HTTP_COOKIE") == [Browser.otherCookies])
        #expect(parameters("HTTP_SEC_FETCH_SITE") == ["same-origin"])
        #expect(try pod.client("php-site").get("/page", headers: Self.forged).status == 401)
    }

    @Test func `on an open page there is no identity, whatever the client sends`() throws {
        let token = try pod.signIn()
        let parameters = try parameters(
            "/open/page", Self.forged + [("Authorization", "Basic YWRtaW46eA=="), cookie(token)])
        #expect(parameters("REMOTE_USER").last == "")
        for (name, _) in Self.forged {
            #expect(parameters("HTTP_" + name.uppercased().replacing("-", with: "_")) == [])
        }
        #expect(parameters("HTTP_COOKIE") == [])
        #expect(parameters("HTTP_AUTHORIZATION") == ["Basic YWRtaW46eA=="])
    }

    @Test func `the token never reaches the application, in any form`() throws {
        let token = try pod.signIn()
        for path in ["/page", "/open/page"] {
            for headers in [[bearer(token)], [cookie(token)], [bearer(token), cookie(token)]] {
                let answer = try pod.client("php-site").get(path, headers: headers)
                #expect(answer.status == 200)
                #expect(!answer.text.contains(token.dropFirst(4)))
            }
        }
    }
}
