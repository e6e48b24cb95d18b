import EventLoop
import Testing

@testable import AuthFCGI

/// Kept connections from their acceptance to their end.
@EventLoop
@Suite struct HTTPConnectionTests {
    private let effects = EffectLog()
    private let stage: HTTPStage

    init() {
        stage = HTTPStage(effects)
    }

    private static let check = httpRequest("GET /auth/verify HTTP/1.1", "Host: a")

    private func status(_ pair: SocketPair) -> [String] {
        stage.text(pair).split(separator: "\r\n").filter { $0.hasPrefix("HTTP/1.1 ") }.map { String($0.dropFirst(9)) }
    }

    // MARK: Requests

    @Test func `a request that has arrived is answered at once, and the connection kept`() throws {
        let pair = try stage.accept(Self.check)
        let exchange = try #require(stage.take())
        #expect(exchange.question == .byPath && exchange.body == .whole([]) && !exchange.peerHasClosed)
        #expect(exchange.request.fullPath == "/auth/verify" && exchange.request.clientAddress == nil)
        exchange.respond(toCheck: SerializedResponse(Response(.ok, headers: [(.remoteUser, "ann")])))
        let answer = stage.text(pair)
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\nDate: ") && answer.contains(" GMT\r\nRemote-User: ann\r\n"))
        #expect(answer.hasSuffix("\r\nContent-Length: 0\r\nCache-Control: no-store\r\n\r\n") && !pair.isEnded)
        #expect(!answer.contains("Connection:") && effects.logged.isEmpty)
        #expect(stage.isIdle && pair.isEnded)
    }

    @Test func `a kept connection brings one request after the other`() async throws {
        let pair = try stage.accept("")
        for number in 0..<5 {
            pair.send(Array(httpRequest("GET /\(number) HTTP/1.1", "Host: a").utf8))
            try await eventuallyOnLoop("request \(number)") { stage.hasRequests }
            let exchange = try #require(stage.take())
            #expect(exchange.request.fullPath == "/\(number)")
            // Half of the responses are given later.
            if number % 2 == 0 { await Reactor.shared.sleep(for: .milliseconds(2)) }
            exchange.respond(Response(.noContent))
            #expect(status(pair) == ["204 No Content"] && !pair.isEnded)
        }
        #expect(stage.isIdle)
    }

    @Test(arguments: [1, 3, 15, 16, 26]) func `a request that comes in pieces is waited for`(_ cut: Int) async throws {
        let bytes = Array(Self.check.utf8)
        let pair = try stage.accept(bytes: Array(bytes.prefix(cut)))
        #expect(!stage.hasRequests)
        await Reactor.shared.sleep(for: .milliseconds(2))
        pair.send(Array(bytes.dropFirst(cut)))
        try await eventuallyOnLoop("the request is complete") { stage.hasRequests }
        try #require(stage.take()).respond(Response(.ok))
        #expect(status(pair) == ["200 OK"] && !pair.isEnded)
    }

    @Test func `requests that are sent ahead are answered in their order, one at a time`() async throws {
        let requests = (0..<10).map { httpRequest("POST /\($0) HTTP/1.1", "Host: a", "Content-Length: 1", body: "x") }
        let pair = try stage.accept(requests.joined() + "GET /last HTTP/1.1\r\nHo")
        for number in 0..<10 {
            let exchange = try #require(stage.take())
            #expect(!stage.hasRequests && exchange.request.fullPath == "/\(number)")
            #expect(exchange.body == .whole([UInt8(ascii: "x")]))
            exchange.respond(.error(.notFound, code: "x", message: "\(number)"))
            #expect(stage.text(pair).contains("\"message\":\"\(number)\""))
        }
        pair.send(Array("st: a\r\n\r\n".utf8))
        try await eventuallyOnLoop("the last") { stage.hasRequests }
        try #require(stage.take()).respond(Response(.ok))
        #expect(status(pair) == ["200 OK"])
    }

    @Test func `requests that are answered at once are answered in a row, also thousands`() async throws {
        stage.onRequest = { $0.respond(.error(.notFound, code: "x", message: "no")) }
        let pair = try stage.accept(Self.check)
        let size = pair.received().count
        let count = 2000
        var request = Array(String(repeating: Self.check, count: count).utf8)
        var received = 0
        // The peer sends and receives as fast as it can.
        try await eventuallyOnLoop("all are answered") {
            if !request.isEmpty { request.removeFirst(pair.send(request)) }
            received += pair.received().count
            return received == count * size
        }
        #expect(size > 100 && !pair.isEnded && stage.isIdle)
    }

    @Test func `what a listener asks is asked whatever the path`() throws {
        let stage = HTTPStage(effects, question: .check)
        _ = try stage.accept(httpRequest("PUT /auth/require/x/healthz HTTP/1.1", "Host: a"))
        #expect(stage.take()?.question == .check)
    }

    // MARK: Responses

    @Test(
        arguments: [
            ("GET / HTTP/1.0", [], true, nil), ("GET / HTTP/1.0", ["Connection: keep-alive"], false, "keep-alive"),
            ("GET / HTTP/1.1", ["Host: a", "Connection: close"], true, "close"),
            ("GET / HTTP/1.1", ["Host: a", "Connection: keep-alive"], false, nil),
        ] as [(String, [String], Bool, String?)])
    func `a connection ends if the client wants it`(
        _ line: String, _ fields: [String], _ ends: Bool, _ word: String?
    ) throws {
        let pair = try stage.accept(([line] + fields).map { $0 + "\r\n" }.joined() + "\r\n")
        try #require(stage.take()).respond(Response(.ok))
        let answer = stage.text(pair)
        #expect(answer.contains("\r\nConnection: ") == (ends || word != nil) && pair.isEnded == ends)
        if let word { #expect(answer.contains("\r\nConnection: \(word)\r\n")) }
    }

    @Test func `a response to HEAD has no body, but its length`() throws {
        let pair = try stage.accept(httpRequest("HEAD / HTTP/1.1", "Host: a"))
        try #require(stage.take()).respond(Response(.ok, .json, Array("{}".utf8)))
        let answer = stage.text(pair)
        #expect(answer.contains("\r\nContent-Length: 2\r\n") && answer.hasSuffix("\r\n\r\n") && !pair.isEnded)
    }

    @Test(arguments: [
        ("HEAD / HTTP/1.1\r\n\r\n", "400"), ("HEAD / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", "501"),
        ("HEAD / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", "400"),
        ("HEAD / HTTP/1.1\r\n\(String(repeating: "a: b\r\n", count: 129))\r\n", "431"),
    ])
    func `a refusal of HEAD has no body either`(_ text: String, _ status: String) throws {
        let pair = try stage.accept(text)
        let answer = stage.text(pair)
        #expect(answer.hasPrefix("HTTP/1.1 \(status) ") && answer.hasSuffix("\r\n\r\n") && pair.isEnded)
        #expect(!answer.contains("Content-Length: 0\r\n"))
    }

    @Test func `bytes behind a body of no length are the next request, or none`() throws {
        let post = httpRequest("POST / HTTP/1.1", "Host: a", "Content-Length: 0")
        for (rest, second) in [("x=1\r\n\r\n", "400 Bad Request"), (Self.check, "200 OK")] {
            let pair = try stage.accept(post + rest)
            try #require(stage.take()).respond(Response(.noContent))
            if second == "200 OK" { try #require(stage.take()).respond(Response(.ok)) }
            #expect(status(pair) == ["204 No Content", second])
        }
    }

    @Test func `a client that waits before it sends its body is told to go on, once`() async throws {
        let pair = try stage.accept(
            httpRequest("POST / HTTP/1.1", "Host: a", "Expect: 100-continue", "Content-Length: 2"))
        #expect(stage.text(pair) == "HTTP/1.1 100 Continue\r\n\r\n" && !stage.hasRequests)
        pair.send(Array("{".utf8))
        await Reactor.shared.sleep(for: .milliseconds(5))
        pair.send(Array("}".utf8))
        try await eventuallyOnLoop("the body") { stage.hasRequests }
        let exchange = try #require(stage.take())
        #expect(exchange.body == .whole(Array("{}".utf8)))
        exchange.respond(Response(.noContent))
        #expect(status(pair) == ["204 No Content"] && !pair.isEnded)
        // So it is for each request of the connection.
        pair.send(Array(httpRequest("PUT / HTTP/1.1", "Host: a", "Expect: 100-continue", "Content-Length: 1").utf8))
        var word = ""
        try await eventuallyOnLoop("the second word") {
            word += stage.text(pair)
            return !word.isEmpty
        }
        #expect(word == "HTTP/1.1 100 Continue\r\n\r\n" && !stage.hasRequests)
    }

    @Test func `a body that is too long is answered, and the rest of it is taken`() throws {
        for fields in [["Content-Length: 8193", "Expect: 100-continue"], ["Transfer-Encoding: chunked"]] {
            let head = ["POST / HTTP/1.1", "Host: a"] + fields
            let pair = try stage.accept(head.map { $0 + "\r\n" }.joined() + "\r\n" + "2001\r\nabc")
            let exchange = try #require(stage.take())
            #expect(exchange.body == .tooLong)
            exchange.respond(Response(.contentTooLarge))
            #expect(status(pair) == ["413 Content Too Large"])
            #expect(pair.isEnded && pair.send([1, 2, 3]) == 3)
        }
    }

    @Test func `a malformed request is told so, and its connection ends`() throws {
        for (text, status) in [
            ("GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "400 Bad Request"),
            ("GET / HTTP/4.0\r\n\r\n", "505 HTTP Version Not Supported"),
            (httpRequest("POST / HTTP/1.1", "Host: a", "Transfer-Encoding: gzip"), "501 Not Implemented"),
            ("GET /\(String(repeating: "a", count: 20_000))", "414 URI Too Long"),
            (httpRequest("GET / HTTP/1.1", "Host: a", "Expect: x"), "417 Expectation Failed"),
        ] {
            let pair = try stage.accept(text)
            let answer = stage.text(pair)
            #expect(answer.hasPrefix("HTTP/1.1 \(status)\r\n") && answer.contains("\r\nConnection: close\r\n"))
            #expect(pair.isEnded)
        }
        #expect(!stage.hasRequests && effects.logged.count == 5)
        #expect(effects.logged.first == "warning: HTTP connection closed: no header Host")
    }
}
