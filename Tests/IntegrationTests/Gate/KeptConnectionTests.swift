import TestSupport
import Testing

/// FCGI_KEEP_CONN: connections are kept on request, except after a check, whose connection nginx never reuses.
@Suite struct KeptConnectionTests {
    private let gate: GateProcess
    private let token: String

    init() throws {
        gate = try SharedGate.get()
        token = try gate.signIn("ann")
    }

    private func request(
        _ id: UInt16, _ method: String, _ path: String, _ parameters: [(String, String)] = [], _ body: [UInt8] = [],
        keeps: Bool = true
    ) -> [FastCGIRecord] {
        [.begin(keepsConnection: keeps, requestID: id)]
            + FastCGIRecord.params(GateProcess.parameters(method, path, parameters, body), requestID: id)
            + FastCGIRecord.stdin(body, requestID: id)
    }

    @Test func `one connection carries many requests of every kind, one after the other`() throws {
        let client = try FastCGIClient(gate.endpoint)
        let bearer = GateProcess.bearer(token)
        let json = ("CONTENT_TYPE", "application/json")
        let login = Array(#"{"username":"ann","password":"correct horse"}"#.utf8)
        let wrong = Array(#"{"username":"ann","password":"wrong"}"#.utf8)
        var id: UInt16 = 0
        func ask(
            _ method: String, _ path: String, _ parameters: [(String, String)] = [], _ body: [UInt8] = []
        ) throws -> FastCGIAnswer {
            id += 1
            try client.send(request(id, method, path, parameters, body))
            let answer = try client.receive(requestID: id)
            #expect(answer.endRequest == FastCGIAnswer.EndRequest(appStatus: 0, protocolStatus: 0))
            #expect(answer.records.allSatisfy { $0.requestID == id })
            return answer
        }
        for _ in 0..<3 {
            #expect(try ask("POST", "/auth/login", [json], login).status == 200)
            #expect(try ask("POST", "/auth/login", [json], wrong).status == 401)
            #expect(try ask("POST", "/auth/login", [], wrong).status == 415)
            // The credentials of one request do not apply to the next.
            #expect(try ask("GET", "/auth/me", [bearer]).json?["user_id"] == "ann")
            #expect(try ask("GET", "/auth/me").status == 401)
            #expect(try ask("GET", "/auth/login").status == 200)
            #expect(try ask("PUT", "/auth/login").status == 405)
            #expect(try ask("GET", "/nowhere").status == 404)
            #expect(try ask("GET", "/healthz").status == 200)
            #expect(try ask("POST", "/auth/logout").status == 204)
        }
        #expect(try !client.isClosedByPeer(within: .milliseconds(100)))
    }

    @Test func `without keep-alive no connection is kept`() throws {
        for path in ["/auth/me", "/healthz"] {
            let client = try FastCGIClient(gate.endpoint)
            try client.send(request(1, "GET", path, [GateProcess.bearer(token)], keeps: false))
            let answer = try client.receive(closing: .seconds(3))
            #expect(answer.status == 200)
            #expect(answer.isClosedByPeer)
        }
    }

    @Test(arguments: [nil, "yes", "afs_x"] as [String?])
    func `a check's connection is closed although it was to be kept`(_ text: String?) throws {
        let client = try FastCGIClient(gate.endpoint)
        let bearer = text.map { [GateProcess.bearer($0 == "yes" ? token : $0)] } ?? []
        try client.send(request(1, "GET", "/auth/verify", bearer))
        let answer = try client.receive(closing: .seconds(3))
        #expect(answer.status == (text == "yes" ? 200 : 401))
        #expect(answer.isClosedByPeer)
    }

    @Test func `a malformed request on a kept connection closes it`() throws {
        let client = try FastCGIClient(gate.endpoint)
        try client.send(request(1, "GET", "/healthz"))
        #expect(try client.receive().status == 200)
        try client.send([.getValues(["FCGI_MAX_CONNS", "FCGI_MAX_REQS", "FCGI_MPXS_CONNS", "FCGI_MAX_CONNS"])])
        #expect(try client.isClosedByPeer(within: .seconds(3)))
        #expect(try gate.check(token) == 200)
    }
}
