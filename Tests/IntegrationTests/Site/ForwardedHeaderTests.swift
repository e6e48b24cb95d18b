import TestSupport
import Testing

/// Host and the X-Forwarded headers that an application gets.
@Suite(.serialized, .leavesCleanLogs) struct ForwardedHeaderTests {
    private static let shared = OncePerSuite {
        try Site(
            extra: """
                server {
                    listen unix:@PREFIX@/forwarded.sock;
                    set_real_ip_from unix:;
                    real_ip_header X-Client;
                    proxy_set_header Host $host;
                    proxy_set_header X-Real-IP $remote_addr;
                    include authfcgi/verify.conf;
                    include authfcgi/protect.conf;
                    location /upload/ { include authfcgi/proxy.conf; proxy_pass http://unix:@APP@:; }
                    location /open/ { auth_request off; include authfcgi/proxy.conf; proxy_pass http://unix:@APP@:; }
                    location /own/ {
                        include authfcgi/identity.conf;
                        proxy_set_header Host inside.example;
                        proxy_set_header X-Forwarded-Proto https;
                        proxy_pass http://unix:@APP@:;
                    }
                }
                """, listeners: ["forwarded"])
    }
    private let pod: Pod

    init() throws { pod = try Self.shared.get().pod }

    private func received(_ path: String, _ headers: [(String, String)] = [], token: String) throws -> EchoedRequest {
        let answer = try pod.client("forwarded").get(
            path, headers: Browser.request(token) + [("X-Client", "203.0.113.7")] + headers)
        try #require(answer.status == 200, "\(answer)")
        return EchoedRequest(answer)
    }

    @Test(arguments: ["/upload/x", "/open/x"])
    func `proxy.conf hands on the requested host, although the location drops the server's headers`(
        path: String
    ) throws {
        let token = try pod.signIn()
        for host in ["localhost", "localhost:8001", "[::1]:8001", "[::1]", "app.example"] {
            let request = try received(path, [("Host", host)], token: token)
            #expect(request["Host"] == [host])
            #expect(request["X-Forwarded-Host"] == [host])
        }
    }

    @Test func `what a client says of itself is replaced or completed`() throws {
        let token = try pod.signIn()
        let claims = [
            ("X-Real-IP", "10.0.0.1"), ("X-Forwarded-For", "10.0.0.1"), ("X-Forwarded-Host", "evil.example"),
            ("X-Forwarded-Proto", "https"),
        ]
        let request = try received("/upload/x", claims, token: token)
        #expect(request["X-Real-IP"] == ["203.0.113.7"])
        #expect(request["X-Forwarded-For"] == ["10.0.0.1, 203.0.113.7"])
        #expect(request["X-Forwarded-Host"] == ["localhost"])
        #expect(request["X-Forwarded-Proto"] == ["http"])
    }

    @Test func `the host is the one by which nginx has chosen the server`() throws {
        let client = pod.client("forwarded")
        let request = "GET http://Open.example/open/x HTTP/1.1\r\nHost: closed.example\r\nConnection: close\r\n\r\n"
        try client.send(Array(request.utf8))
        let answer = try #require(try client.receive())
        #expect(answer.status == 200)
        #expect(EchoedRequest(answer)["Host"] == ["open.example"])
    }

    @Test func `with identity.conf a location sets these headers itself`() throws {
        let token = try pod.signIn()
        let request = try received("/own/x", [("Remote-User", "admin")], token: token)
        #expect(request["Host"] == ["inside.example"])
        #expect(request["X-Forwarded-Proto"] == ["https"])
        #expect(request["Remote-User"] == ["ann"])
        #expect(request["Cookie"] == [Browser.otherCookies])
    }
}
