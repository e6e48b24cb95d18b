import TestSupport
import Testing

/// What browsers send over HTTP/2: bodies without their length, and cookies in a header each. The fronts ask the gate and the
/// application over HTTP/1.1 or FastCGI all the same.
extension FrontTests {
    @Test(arguments: Front.allCases)
    func `over HTTP/2 a login reaches the gate, and its session lets requests through`(_ front: Front) throws {
        let row = try FrontTests.row.get()
        let site = try row.site(front)
        let (name, password) = ("sam-\(front)", "a-password-for-sam")
        RunRecord.note(secret: password)
        try row.gate.addUser(name, password: password)
        let body = #"{"username":"\#(name)","password":"\#(password)"}"#
        let client = site.http2Client()
        #expect(try client.request("GET", "/page").status == 401)
        for sendsLength in front.takesBodiesWithoutLength ? [false, true] : [true] {
            let login = try client.request(
                "POST", "/auth/login", headers: [("Content-Type", "application/json")], body: body,
                sendsLength: sendsLength)
            try #require(login.status == 200, "\(login) \(site.log)")
            let token = try #require(try object(login)["token"]?.text)
            RunRecord.note(secret: token)
            let cookies = ["a=1", "__Host-session=\(token)", "b=2"].map { ("Cookie", $0) }
            for headers in [[bearer(token), ("Cookie", "a=1; b=2")], cookies] {
                let page = try client.request("GET", "/page", headers: headers)
                #expect(page.status == 200)
                let request = EchoedRequest(page)
                #expect(request["Remote-User"] == [name] && request["Cookie"] == ["a=1; b=2"], "\(headers.count)")
                #expect(!request.description.contains("afs_"))
            }
            #expect(try client.request("GET", "/admin/x", headers: [bearer(token)]).status == 403)
        }
    }

    @Test(arguments: Front.withOwnFiles)
    func `over HTTP/2 the client's own identity headers never arrive`(_ front: Front) throws {
        let site = try FrontTests.row.get().site(front)
        let token = try site.signIn("ann", groups: ["staff"])
        let signs = "_.!#$%&'*+^`|~".map { "remote\($0)user" }
        for names in [Self.identityHeaders, signs] {
            for (path, users) in [("/page", ["ann"]), ("/public/page", [])] as [(String, [String])] {
                let headers = names.map { ($0, "mallory") } + [bearer(token)]
                let answer = try site.http2Client().request("GET", path, headers: headers)
                #expect(answer.status == 200, "\(path) \(names)")
                let request = EchoedRequest(answer)
                #expect(request["Remote-User"].filter { !$0.isEmpty } == users, "\(path) \(names)")
                #expect(!request.description.contains("mallory"), "\(path) \(names) \(answer.text)")
            }
        }
    }
}
