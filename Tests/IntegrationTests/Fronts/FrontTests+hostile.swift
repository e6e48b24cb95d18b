import TestSupport
import Testing

/// Requests that no browser makes: they must neither hold a front up, nor end it, nor get our token to the application.
extension FrontTests {
    @Test(arguments: Front.withOwnFiles)
    func `a cookie of many spaces holds nobody up`(_ front: Front) throws {
        let site = try FrontTests.row.get().site(front)
        for count in [3000, 28_000] {
            let spaces = String(repeating: " ", count: count)
            for value in ["a=1;\(spaces)x;b=2", "a=x\(spaces)y"] {
                // The others come while the first one's request is being dealt with.
                let clients: [(after: Int, headers: [(String, String)])] = [
                    (after: 0, headers: [("Cookie", value)]), (after: 100, headers: []), (after: 200, headers: []),
                ]
                let results = try concurrently(clients) { client in
                    sleepThread(for: .milliseconds(client.after))
                    let start = ContinuousClock.now
                    let status = try Self.statusOrRefusal {
                        try site.client().get("/public/page", headers: client.headers)
                    }
                    return (status: status, time: ContinuousClock.now - start)
                }
                let hostile = results[0].status
                #expect(hostile == 200 || (400..<500).contains(hostile), "\(count): \(hostile)")
                #expect(results.dropFirst().allSatisfy { $0.status == 200 }, "\(count): \(results)")
                #expect(results.allSatisfy { $0.time < .seconds(2) }, "\(count): \(results)")
            }
        }
    }

    @Test(arguments: Front.withOwnFiles)
    func `very many headers end no front`(_ front: Front) throws {
        let site = try FrontTests.row.get().site(front)
        let headers = Array(repeating: ("Accept", "a"), count: 98)
        for _ in 1...3 { #expect(try site.client().get("/page", headers: headers).status == 401) }
        #expect(try site.client().get("/public/page", headers: headers).status == 200)
        let token = try site.signIn()
        #expect(try site.client().get("/page", headers: [bearer(token)]).status == 200)
    }

    @Test(arguments: Front.withOwnFiles)
    func `the token does not reach the application in a nameless cookie or a second header`(_ front: Front) throws {
        let site = try FrontTests.row.get().site(front)
        let token = try site.signIn()
        let session = "__Host-session=\(token)"
        let cookies = [
            ["\(token); \(session)"], ["=\(token); \(session)"], ["a=1; \(token)"], ["a=1,\(session)"],
            ["a=1; \(session); b=2", session], [session, "a=1"], ["a=1", token],
        ]
        let requests: [(path: String, credentials: [(String, String)])] = [
            (path: "/page", credentials: [bearer(token)]), (path: "/page", credentials: []),
            (path: "/public/page", credentials: []),
        ]
        for values in cookies {
            let headers = values.map { ("Cookie", $0) }
            for (path, credentials) in requests {
                let answer = try site.client().get(path, headers: headers + credentials)
                // The gate believes no token if there are two Cookie headers.
                let expected = path == "/page" ? [200, 400, 401] : [200, 400]
                #expect(expected.contains(answer.status), "\(path): \(values)")
                #expect(!answer.text.contains("afs_"), "\(path): \(values)")
            }
        }
    }

    /// For all fronts at once: the gate waits for a body for 5 s, and the test for longer.
    @Test func `a client whose body comes slowly can sign in`() throws {
        let row = try FrontTests.row.get()
        let password = "a-password-for-lee"
        RunRecord.note(secret: password)
        try row.gate.addUser("lee", password: password)
        let body = #"{"username":"lee","password":"\#(password)"}"#
        let head = """
            POST /auth/login HTTP/1.1\r
            Host: localhost\r
            Content-Type: application/json\r
            Content-Length: \(body.utf8.count)\r
            Connection: close\r
            \r\n
            """
        let answers = try concurrently(row.sites) { site in
            let client = site.client()
            try client.send(Array((head + body.prefix(10)).utf8))
            sleepThread(for: .milliseconds(6500))
            try client.send(Array(body.dropFirst(10).utf8))
            return try client.receive(toMethod: "POST")
        }
        for (site, answer) in zip(row.sites, answers) {
            #expect(answer?.status == 200, "\(site.front.rawValue): \(String(describing: answer))")
            guard let answer, answer.status == 200 else { continue }
            let token = try #require(try object(answer)["token"]?.text)
            RunRecord.note(secret: token)
        }
    }

    /// Returns the status of the answer, or 400 if the connection ends without one: a front that refuses a request may
    /// close before it has read the whole of it.
    private static func statusOrRefusal(_ request: () throws -> HTTPAnswer) throws -> Int {
        do { return try request().status } catch SupportError.unexpected { return 400 }
    }
}
