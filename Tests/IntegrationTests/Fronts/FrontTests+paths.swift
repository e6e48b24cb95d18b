import TestSupport
import Testing

/// Paths that the front and an application could read as two different ones: one list for all fronts.
extension FrontTests {
    /// Paths that lead to `/admin/x` or `/page` if they are read as some programs do. Those of the open folder would be open.
    static let ways = [
        "//admin/x", "/x/../admin/x", "/%61dmin/x", "/public/../admin/x", "/public/%2e%2e/admin/x",
        "/public/..%2fadmin/x", "/auth/login/../../admin/x", "/auth/login/..%2f..%2fadmin/x",
        "/auth/sessions/../../admin/x", "/admin//x", "/admin/./x", "/public/../page", "/public/%2e%2e/page",
        "/admin/%zz", "/admin/%", "/%61dmin/%zz",
        // Slashes and dots that are encoded.
        "/public/%2E%2E%2Fadmin/x", "/public/.%2e/admin/x", "/public%2f..%2fadmin/x", "/public/x%2f..%2f..%2fadmin/x",
        "/public/..%2f", "/public/x/%2e%2e/..", "http://localhost/public/..%2fadmin/x",
        // An end that some programs see at NUL, and characters that others leave out.
        "/public/..%00/admin/x", "/public/%00/../../admin/x", "/admin%00/x", "/%00admin/x",
        "http://localhost/public/..%00/admin/x", "/public/.%0a./admin/x", "/public/..%0d%0a/admin/x",
        "/public/..%09/admin/x", "/public/%01/admin/x", "/public/..%1f/admin/x", "/public/..%7f/admin/x",
        "/admin%0a/x",
        // Backslashes.
        #"/public/..\admin\x"#, "/public/..%5cadmin%5cx", "/public/..%5C..%5C/admin/x", "/public%5c..%5cadmin/x",
        "/%5cadmin/x", #"/public\..\admin\x"#,
        // Slashes, dots and letters in more bytes than UTF-8 permits.
        "/public/..%c0%afadmin/x", "/public/%c0%ae%c0%ae/admin/x", "/public/%C0%AE./admin/x",
        "/public/..%e0%80%afadmin/x", "/public/..%f0%80%80%afadmin/x", "/public/..%f8%80%80%80%afadmin/x",
        "/public/..%c0%80/admin/x", "/%c1%a1dmin/x",
        // Bytes that are no UTF-8, which some programs leave out.
        "/public/.%ff./admin/x", "/public/.%80./admin/x", "/public/.%e2%82./admin/x", "/public/.%c3./admin/x",
        "/public/.%ed%a0%80./admin/x", "/public/.%f4%90%80%80./admin/x", "/public/.%C3%A9%A9./admin/x",
        "/public/.%e9./admin/x", "/admin%ff/x", "/public/%c3",
    ]

    @Test(arguments: Front.withOwnFiles)
    func `no spelling of a path leads past a check`(_ front: Front) throws {
        let site = try FrontTests.row.get().site(front)
        let other = try site.signIn("bob", groups: ["staff"])
        for path in Self.ways {
            let stranger = try site.client().get(path)
            #expect(stranger.status != 200 && stranger.headers["X-App"] == nil, "\(path): \(stranger.status)")
            // What leads no further than to a page is for everybody who is signed in.
            if path.hasSuffix("/page") || path.hasSuffix("/..%2f") || path.hasSuffix("/..") { continue }
            let answer = try site.client().get(path, headers: [bearer(other)])
            #expect(answer.status != 200 && answer.headers["X-App"] == nil, "\(path): \(answer.status)")
        }
    }

    /// Paths that a front may read as one of the open folder.
    static let detours = [
        "/admin/../public/x", "/admin/%2e%2e/public/x", "/admin/..%2fpublic/x", "/admin%2f..%2fpublic/x",
        "/admin%2f../public/x", "/public/%2e/x", "/public/.%2fx", "/public//../public/x", "/public/x%2f../../admin/x",
        "/public/x#/../../admin/x", "/public/#/../admin/x",
    ]

    @Test(arguments: Front.withOwnFiles)
    func `a path is refused, or the application gets it as the front has read it`(_ front: Front) throws {
        let site = try FrontTests.row.get().site(front)
        for path in Self.detours {
            let answer = try site.client().get(path)
            guard answer.status == 200 else {
                #expect((400..<500).contains(answer.status) && answer.headers["X-App"] == nil, "\(path)")
                continue
            }
            let received = EchoedRequest(answer).methodAndPath ?? ""
            let isPlain = !["..", "/./", "#", "%2"].contains { received.lowercased().contains($0) }
            #expect(received.hasPrefix("GET /public/") && isPlain, "\(path): \(received)")
        }
    }

    @Test(arguments: Front.withOwnFiles)
    func `a control character is refused in a path, and passes in a query`(_ front: Front) throws {
        let site = try FrontTests.row.get().site(front)
        let token = try site.signIn("bob", groups: ["staff"])
        for character in ["%00", "%01", "%09", "%0a", "%0D", "%1F", "%7f"] {
            for path in ["/admin\(character)", "/public/..\(character)/admin/x", "/public/a\(character)?q=1"] {
                // Apache answers 404 to NUL.
                let status = try site.client().get(path, headers: [bearer(token)]).status
                #expect(status == 400 || status == 404 && front == .apache, "\(path): \(status)")
            }
        }
        // What a form sends for the lines of a text, and for a text that looks like a path.
        for path in ["/public/page?q=a%0D%0Ab", "/page?q=a%0D%0Ab", "/page?q=/..%0a/%00"] {
            let answer = try site.client().get(path, headers: [bearer(token)])
            #expect(answer.status == 200, "\(path)")
            let received = EchoedRequest(answer).methodAndPath?.lowercased()
            #expect(received == "get \(path.lowercased())", "\(path)")
        }
    }

    @Test(arguments: Front.withOwnFiles)
    func `names in any language, and dots within names, pass`(_ front: Front) throws {
        let site = try FrontTests.row.get().site(front)
        let token = try site.signIn()
        let names = [
            "%C3%A9", "%c3%a9", "%e2%82%ac/%F0%9F%94%91", "%E6%97%A5%E6%9C%AC", "%ED%95%9C/%ef%bf%bc", "a%20b",
            "a.b/..c/...", "c%CC%A7",
        ]
        for name in names {
            let requests: [(path: String, headers: [(String, String)])] = [
                (path: "/public/\(name)", headers: []), (path: "/\(name)?q=/../%5c", headers: [bearer(token)]),
            ]
            for (path, headers) in requests {
                let answer = try site.client().get(path, headers: headers)
                #expect(answer.status == 200, "\(path)")
                // Some fronts write the digits in capitals.
                let received = EchoedRequest(answer).methodAndPath?.lowercased()
                #expect(received == "get \(path.lowercased())", "\(path)")
            }
        }
    }
}
