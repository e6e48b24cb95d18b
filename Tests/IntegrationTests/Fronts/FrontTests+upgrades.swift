import TestSupport
import Testing

/// Requests to change the protocol: what follows them, no front reads. The application would accept each.
extension FrontTests {
    /// Headers that ask for more or for something else than WebSocket.
    private static let otherUpgrades = [
        ["h2c"], ["H2C"], ["h2c", "websocket"], ["websocket", "h2c"], ["h2c, websocket"], ["websocket, h2c"],
        ["websocket/13"], ["TLS/1.0"],
    ]

    @Test(arguments: Front.withOwnFiles)
    func `no front lets a client change to another protocol than WebSocket`(_ front: Front) throws {
        let site = try FrontTests.row.get().site(front)
        let token = try site.signIn()
        for path in ["/public/page", "/page"] {
            for protocols in Self.otherUpgrades {
                let headers = [("Connection", "Upgrade"), bearer(token)] + EchoApplication.webSocketHeaders
                let answer = try site.client().get(path, headers: headers + protocols.map { ("Upgrade", $0) })
                // Envoy refuses them. Of two headers, one may be let through: that for WebSocket.
                #expect([101, 200, 400, 403].contains(answer.status), "\(path) \(protocols)")
                guard answer.status == 101 else { continue }
                #expect(protocols.contains("websocket"), "\(path) \(protocols)")
                #expect(EchoedRequest(answer)["Upgrade"] == ["websocket"], "\(path) \(protocols)")
            }
        }
    }

    /// With the settings of HTTP/2, as curl --http2 sends them. lighttpd answers such a request over HTTP/2 itself, and
    /// makes a check of each that follows.
    @Test(arguments: Front.withOwnFiles.filter { $0 != .lighttpd })
    func `a request to go on in HTTP/2 is one like any other`(_ front: Front) throws {
        let site = try FrontTests.row.get().site(front)
        let headers = [
            ("Connection", "Upgrade, HTTP2-Settings"), ("Upgrade", "h2c"), ("HTTP2-Settings", "AAMAAABkAAQAAP__"),
        ]
        #expect(try site.client().get("/public/page", headers: headers).status == 200)
        #expect(try site.client().get("/page", headers: headers).status == 401)
    }

    @Test(arguments: Front.withOwnFiles.filter { $0.passesWebSockets })
    func `a WebSocket is opened for whoever is signed in`(_ front: Front) throws {
        let site = try FrontTests.row.get().site(front)
        let token = try site.signIn()
        for name in ["websocket", "WebSocket"] {
            for connection in ["Upgrade", "keep-alive, upgrade"] {
                let headers = [("Connection", connection), ("Upgrade", name)] + EchoApplication.webSocketHeaders
                let answer = try site.client().get("/page", headers: headers + [bearer(token)])
                #expect(answer.status == 101, "\(name) \(connection) \(answer)")
                #expect(EchoedRequest(answer)["Remote-User"] == ["ann"], "\(name) \(connection)")
                #expect(try site.client().get("/public/page", headers: headers).status == 101)
                #expect(try site.client().get("/page", headers: headers).status == 401)
            }
        }
    }

    @Test(arguments: Front.withOwnFiles)
    func `no header of the identity is named in Connection`(_ front: Front) throws {
        let site = try FrontTests.row.get().site(front)
        let token = try site.signIn()
        for value in ["close, Remote-User", "Remote-User, x-auth-user-id", "keep-alive, REMOTE-GROUPS"] {
            let answer = try site.client().get("/page", headers: [("Connection", value), bearer(token)])
            #expect(answer.status == 200, "\(value)")
            let request = EchoedRequest(answer)
            #expect(request["Remote-User"] == ["ann"], "\(value)")
            let named = request["Connection"].joined(separator: ",").lowercased()
            #expect(!named.contains("remote-") && !named.contains("x-auth-"), "\(value): \(named)")
        }
    }

    /// Some applications take what follows a body for headers.
    @Test(arguments: Front.withOwnFiles)
    func `headers behind a body do not arrive`(_ front: Front) throws {
        let site = try FrontTests.row.get().site(front)
        let body = "1\r\na\r\n0\r\nRemote-User: mallory\r\nRemote_User: mallory\r\n\r\n"
        let answer = try site.client().request(
            "POST", "/public/page", headers: [("Transfer-Encoding", "chunked")], body: Array(body.utf8))
        #expect(answer.status == 200, "\(answer)")
        // haproxy.cfg has the line, for the versions that know it.
        #expect(answer.text.contains("mallory") == (front == .haproxy), "\(answer.text)")
    }
}
