import TestSupport
import Testing

/// Every front with its shipped files, and with the same cases. One gate is behind all of them.
@Suite(.serialized, .leavesCleanLogs) struct FrontTests {
    static let row = OncePerSuite { try FrontRow() }
    static let invented = bearer("afs_" + String(repeating: "A", count: 54))
    static let pageLoad = [("Sec-Fetch-Mode", "navigate"), ("Accept", "text/html,*/*;q=0.8")]
    static let pageAddress = "/auth/login?rd=%2Fapp%2Fpage%3Fq%3D1%26x%3D2"

    @Test(arguments: Front.allCases)
    func `a session lets requests through, with the identity in place of the token`(_ front: Front) throws {
        let site = try Self.row.get().site(front)
        let token = try site.signIn("ann", groups: ["staff", "on call"])
        for credentials in [bearer(token), cookie(token)] {
            let answer = try site.client().get("/app/page?q=1&x=2", headers: Browser.headers + [credentials])
            try #require(answer.status == 200, "\(answer) \(site.log)")
            let request = EchoedRequest(answer)
            #expect(request.startLine.hasPrefix("GET /app/page?q=1&x=2 "))
            #expect(request["Remote-User"] == ["ann"])
            #expect(request["Remote-Groups"] == ["staff,on call"])
            #expect(request["X-Auth-User-Id"] == ["ann"])
            #expect(request["X-Auth-Session-Id"].count == 1)
            #expect(!request.description.contains("afs_"))
        }
    }

    @Test(arguments: Front.withOwnFiles)
    func `the application gets other cookies and other credentials`(_ front: Front) throws {
        let site = try Self.row.get().site(front)
        let token = try site.signIn()
        for (sent, received) in [
            ("theme=dark; __Host-session=\(token); lang=de", "theme=dark; lang=de"),
            ("__Host-session=\(token); theme=dark", "theme=dark"), ("theme=dark;__Host-session=\(token)", "theme=dark"),
            ("a=1; other=\(token); __Host-session=\(token); b=2", "a=1; b=2"),
        ] {
            let answer = try site.client().get(
                "/page", headers: [("Cookie", sent), ("Authorization", "Basic YW5uOng=")])
            #expect(answer.status == 200, "\(sent)")
            let request = EchoedRequest(answer)
            #expect(request["Cookie"] == [received], "\(sent)")
            #expect(request["Authorization"] == ["Basic YW5uOng="])
        }
        // Not even the application of an open page gets the token.
        for credentials in [bearer(token), cookie(token)] {
            let answer = try site.client().get("/public/page", headers: [credentials])
            #expect(answer.status == 200 && !EchoedRequest(answer).description.contains("afs_"))
        }
    }

    @Test(arguments: Front.allCases)
    func `without a session the answer is 401`(_ front: Front) throws {
        let site = try Self.row.get().site(front)
        for headers in [[], [Self.invented], [cookie("afs_x")], [("Authorization", "Basic YW5uOng=")]] {
            for (method, body) in [("GET", nil), ("POST", "x"), ("DELETE", nil)] as [(String, String?)] {
                let answer = try site.client().request(
                    method, "/page", headers: headers, body: body.map { Array($0.utf8) })
                #expect(answer.status == 401, "\(method) \(headers)")
                #expect(answer.headers["WWW-Authenticate"] == "Bearer")
                #expect(answer.headers["X-App"] == nil)
            }
        }
        #expect(try site.client().get("/public/page").headers["X-App"] == "1")
    }

    @Test(arguments: Front.allCases)
    func `a page load is sent to the sign-in page, with the whole address`(_ front: Front) throws {
        let site = try Self.row.get().site(front)
        let claims = [
            ("X-Forwarded-Host", "evil.example"), ("X-Forwarded-Uri", "/evil"), ("X-Forwarded-Proto", "https"),
            ("X-Forwarded-Method", "EVIL"), ("X-Auth-Location", "/evil"),
        ]
        for headers in [Self.pageLoad, Self.pageLoad + claims] {
            let answer = try site.client().get("/app/page?q=1&x=2", headers: headers)
            #expect(answer.status == 302, "\(answer)")
            let location = try #require(answer.headers["Location"])
            #expect(
                [Self.pageAddress, "http://localhost\(Self.pageAddress)"].contains(location), "\(location)")
        }
    }

    @Test(arguments: Front.allCases)
    func `a location for administrators admits them, and answers others 403`(_ front: Front) throws {
        let site = try Self.row.get().site(front)
        let (admin, other) = (
            try site.signIn("ann", groups: ["staff", "admin"]), try site.signIn("bob", groups: ["staff"])
        )
        for path in ["/admin/users", "/admin/users?q=1"] {
            let accepted = try site.client().get(path, headers: [bearer(admin)])
            #expect(accepted.status == 200)
            #expect(EchoedRequest(accepted)["Remote-User"] == ["ann"])
            for headers in [[bearer(other)], [cookie(other)]] {
                let refused = try site.client().get(path, headers: headers)
                #expect(refused.status == 403, "\(path)")
                #expect(refused.headers["X-App"] == nil)
            }
            #expect(try site.client().get(path).status == 401)
            #expect(try site.client().get(path, headers: Self.pageLoad).status == 302)
        }
        let claims = ["Auth-Require", "AUTH_REQUIRE", "X-Forwarded-Uri"].map { ($0, "/public/") }
        #expect(try site.client().get("/admin/users", headers: [bearer(other)] + claims).status == 403)
    }

    @Test(arguments: Front.allCases)
    func `the check cannot be asked from outside`(_ front: Front) throws {
        let site = try Self.row.get().site(front)
        let token = try site.signIn()
        for path in ["/auth/verify", "/auth/forward", "/auth/require/user%20ann", "/auth/sessions/../verify"] {
            #expect([401, 404, 400].contains(try site.client().get(path).status), "\(path)")
            let answer = try site.client().get(path, headers: [bearer(token)])
            // The front has no such path of its own: the application answers, or nobody does.
            #expect(answer.headers["X-App"] == "1" || answer.status == 404 || answer.status == 400, "\(path)")
            #expect(answer.headers["Remote-User"] == nil, "\(path)")
        }
    }
}
