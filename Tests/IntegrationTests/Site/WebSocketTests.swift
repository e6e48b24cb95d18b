import TestSupport
import Testing

/// The lines of docs/nginx.md for applications that have WebSockets. The application here would accept each protocol.
@Suite(.serialized, .leavesCleanLogs, .overBothProtocols) struct WebSocketTests {
    private static let lines = """
        proxy_set_header Upgrade    $authfcgi_upgrade;
        proxy_set_header Connection $authfcgi_connection;
        """
    private static let shared = SharedSite {
        try Site(
            extra: """
                server {
                    listen unix:@PREFIX@/sockets.sock;
                    include authfcgi/verify.conf;
                    include authfcgi/protect.conf;
                    include authfcgi/proxy.conf;
                    proxy_http_version 1.1;
                    \(lines)
                    location / { proxy_pass http://unix:@APP@:; }
                    location /public/ { auth_request off; proxy_pass http://unix:@APP@:; }
                }
                """, listeners: ["sockets"])
    }
    private let pod: Pod

    init() throws {
        pod = try Self.shared.get().pod
    }

    private func answer(
        _ path: String, to protocols: [String], _ headers: [(String, String)] = []
    ) throws -> HTTPAnswer {
        let asking = [("Connection", "keep-alive, Upgrade")] + protocols.map { ("Upgrade", $0) }
        return try pod.client("sockets").get(path, headers: asking + EchoApplication.webSocketHeaders + headers)
    }

    @Test func `the document has these lines`() throws {
        let page = try MarkdownPage("docs/nginx.md", in: Repository.path(""))
        #expect(page.blocks.contains { $0.text.contains(Self.lines) })
    }

    @Test(arguments: ["websocket", "WebSocket"])
    func `a WebSocket is opened for whoever is signed in`(name: String) throws {
        let token = try pod.signIn("ann")
        let opened = try answer("/page", to: [name], [bearer(token)])
        #expect(opened.status == 101, "\(opened)")
        let request = EchoedRequest(opened)
        #expect(request["Remote-User"] == ["ann"] && request["Upgrade"] == ["websocket"])
        #expect(!request.description.contains("afs_"))
        #expect(try answer("/page", to: [name]).status == 401)
        #expect(try answer("/public/page", to: [name], [("Remote-User", "admin")]).status == 101)
    }

    @Test(arguments: [
        ["h2c"], ["h2c, websocket"], ["websocket, h2c"], ["h2c", "websocket"], ["websocket", "h2c"], [],
    ])
    func `no other protocol is handed on`(protocols: [String]) throws {
        let token = try pod.signIn("ann")
        for (path, headers) in [("/page", [bearer(token)]), ("/public/page", [])] {
            let answer = try answer(path, to: protocols, headers)
            #expect([101, 200].contains(answer.status), "\(path) \(answer)")
            // Of two headers nginx before 1.23 reads the first alone.
            let upgrade = answer.status == 101 && protocols.first == "websocket" ? ["websocket"] : []
            #expect(EchoedRequest(answer)["Upgrade"] == upgrade, "\(path) \(answer)")
        }
    }
}
