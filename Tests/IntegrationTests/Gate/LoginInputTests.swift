import TestSupport
import Testing

/// Invalid input of a login.
@Suite struct LoginInputTests {
    private static let json = ("CONTENT_TYPE", "application/json")

    private func post(_ body: [UInt8], _ parameters: [(String, String)] = [json]) throws -> FastCGIAnswer {
        try SharedGate.get().ask("POST", "/auth/login", parameters: parameters, body: body)
    }

    private func expect(_ answer: FastCGIAnswer, _ status: Int, _ code: String, _ what: String) {
        #expect(answer.status == status, "\(what): \(answer)")
        #expect(answer.headers["Content-Type"] == "application/json", "\(what)")
        #expect(answer.headers["Cache-Control"] == "no-store", "\(what)")
        #expect(answer.json?["error"] == code, "\(what): \(answer.text)")
        #expect(answer.json?["message"]?.isEmpty == false, "\(what)")
        #expect(answer.headers["Set-Cookie"] == nil, "\(what)")
    }

    @Test(arguments: [
        "", "x", "{", "[]", "null", "{}", #"{"username":"ann"}"#, #"{"password":"correct horse"}"#,
        #"{"username":"ann","password":"correct horse"} x"#, #"{"username":["ann"],"password":"correct horse"}"#,
        #"{"username":"ann","password":12345678}"#, #"{"username":"bob","username":"ann","password":"correct horse"}"#,
        #"{"username":"bob","\u0075sername":"ann","password":"correct horse"}"#,
        #"{"username":"ann\u0000","password":"correct horse"}"#,
        #"{"username":"ann","password":"correct horse\u0000x"}"#,
        #"{"username":"","password":"correct horse"}"#, #"{"username":"ann","password":""}"#,
        #"{"username":"\ud800","password":"x"}"#, "username=ann&password=correct+horse",
    ])
    func `an invalid body of a login is answered 400 with the reason`(_ body: String) throws {
        expect(try post(Array(body.utf8)), 400, "bad_request", body)
    }

    @Test func `bytes that are not UTF-8 are answered 400`() throws {
        let body = Array(#"{"username":"ann","password":""#.utf8) + [0xff] + Array("\"}".utf8)
        expect(try post(body), 400, "bad_request", "0xff")
        expect(try post([0, 1, 2, 3]), 400, "bad_request", "binary")
    }

    @Test func `a name or password that is too long is answered 400`() throws {
        for (name, password) in [(257, 8), (300, 8), (3, 1025), (0, 8), (3, 7900)] {
            let (name, password) = (String(repeating: "n", count: name), String(repeating: "p", count: password))
            let body = #"{"username":"\#(name)","password":"\#(password)"}"#
            expect(try post(Array(body.utf8)), 400, "bad_request", "\(name.count) \(password.count)")
        }
    }

    @Test(arguments: [
        "", "text/plain", "application/jsonx", "multipart/form-data; boundary=x", "application",
    ])
    func `another content type is answered 415`(_ type: String) throws {
        let body = Array(#"{"username":"ann","password":"correct horse"}"#.utf8)
        expect(try post(body, [("CONTENT_TYPE", type)]), 415, "unsupported_media_type", type)
        if type.isEmpty { expect(try post(body, []), 415, "unsupported_media_type", "none") }
    }

    @Test(arguments: [
        "application/json", "application/json; charset=utf-8", "Application/JSON", "application/json ;x=y",
    ])
    func `the content type of a login may have a parameter`(_ type: String) throws {
        let body = Array(#"{"username":"ann","password":"correct horse"}"#.utf8)
        let answer = try post(body, [("CONTENT_TYPE", type)])
        #expect(answer.status == 200, "\(answer)")
        #expect(answer.json?["token_type"] == "Bearer")
    }

    @Test func `8 KiB of body are read, and one byte more is answered 413, which the client can read`() throws {
        let login = Array(#"{"username":"ann","password":"correct horse"}"#.utf8)
        #expect(try post(login + [UInt8](repeating: 0x20, count: 8192 - login.count)).status == 200)
        for size in [8193, 20_000, 70_000, 1_000_000] {
            let body = [UInt8](repeating: 0x20, count: size)
            expect(try post(body), 413, "body_too_large", "\(size)")
        }
    }

    @Test func `an announced body that is too large is answered 413 before it is sent`() throws {
        let gate = try SharedGate.get()
        let client = try FastCGIClient(gate.endpoint)
        let parameters = GateProcess.parameters(
            "POST", "/auth/login", [Self.json, ("CONTENT_LENGTH", "99999999999999999999")])
        try client.send([.begin(keepsConnection: true)] + FastCGIRecord.params(parameters))
        expect(try client.receive(), 413, "body_too_large", "announced")
    }

    @Test func `a body shorter than announced is answered 400`() throws {
        let body = Array(#"{"username":"ann","password":"correct horse"}"#.utf8)
        expect(try post(body, [Self.json, ("CONTENT_LENGTH", "\(body.count + 1)")]), 400, "bad_request", "short")
        expect(try post([], [Self.json, ("CONTENT_LENGTH", "10")]), 400, "bad_request", "nothing")
    }

    @Test(arguments: ["PUT", "DELETE", "PATCH", "OPTIONS", "get", "post", "X"])
    func `a login with another method is answered 405 with the allowed ones`(_ method: String) throws {
        let answer = try SharedGate.get().ask(method, "/auth/login")
        expect(answer, 405, "method_not_allowed", method)
        #expect(answer.headers["Allow"] == "GET, HEAD, POST")
    }

    @Test func `other paths and methods get their documented responses`() throws {
        let gate = try SharedGate.get()
        expect(try gate.ask("GET", "/auth"), 404, "not_found", "/auth")
        expect(try gate.ask("GET", "/auth/login/"), 404, "not_found", "/auth/login/")
        let me = try gate.ask("POST", "/auth/me")
        expect(me, 405, "method_not_allowed", "/auth/me")
        #expect(me.headers["Allow"] == "GET, HEAD")
        expect(try gate.ask("PUT", "/auth/logout"), 405, "method_not_allowed", "/auth/logout")
        // The client's original URI does not select the route.
        let answer = try gate.ask("GET", "/auth/verify", parameters: [("REQUEST_URI", "/healthz")])
        #expect(answer.status == 401)
        #expect(try gate.ask("GET", "/auth", parameters: [("PATH_INFO", "/verify")]).status == 401)
    }

    @Test func `a wrong password and an unknown user get the same response`() throws {
        let gate = try SharedGate.get()
        let wrong = try gate.logIn("ann", "wrong")
        let unknown = try gate.logIn("nobody", "wrong")
        expect(wrong, 401, "unauthorized", "wrong")
        #expect(wrong.output == unknown.output)
        #expect(wrong.headers["WWW-Authenticate"] == "Bearer")
    }
}
