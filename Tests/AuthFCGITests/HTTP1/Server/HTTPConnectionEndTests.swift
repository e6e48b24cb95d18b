import EventLoop
import Testing

@testable import AuthFCGI

/// How connections end, and whom they come from.
@EventLoop
@Suite struct HTTPConnectionEndTests {
    private let effects = EffectLog()

    private static let check = httpRequest("GET /auth/verify HTTP/1.1", "Host: a")

    private func send(_ pair: SocketPair, _ text: String) { pair.send(Array(text.utf8)) }

    // MARK: Faults

    @Test func `a request that stays incomplete is answered 408, and an idle connection just ends`() async throws {
        let short = ConnectionLimits(requestTimeout: .milliseconds(20), idleTimeout: .milliseconds(20))
        let stage = HTTPStage(effects, limits: short)
        let (late, idle) = (try stage.accept("GET / HTTP/1.1\r\nHost"), try stage.accept(""))
        try await eventuallyOnLoop("both have ended") { idle.isEnded && stage.text(late).contains("408 ") }
        #expect(late.isEnded)
        #expect(effects.logged == ["notice: HTTP connection closed: the request was not complete in time"])
    }

    @Test(arguments: ["GET / HTTP/1.1\r\nX: ", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 8000\r\n\r\n"])
    func `a request that drips does not get more time`(_ start: String) async throws {
        let stage = HTTPStage(effects, limits: ConnectionLimits(requestTimeout: .milliseconds(300)))
        let pair = try stage.accept(start)
        var answer = ""
        // A byte every few milliseconds, far less than its limits until the test gives up.
        try await eventuallyOnLoop("it is answered") {
            if answer.isEmpty { send(pair, "x") }
            answer += stage.text(pair)
            return !answer.isEmpty
        }
        #expect(answer.hasPrefix("HTTP/1.1 408 Request Timeout\r\n") && pair.isEnded && !stage.hasRequests)
    }

    @Test func `a peer that closes within a request is a fault, and one that closes between two is none`() async throws
    {
        let stage = HTTPStage(effects)
        let (cut, silent) = (try stage.accept("GET / HTTP/1.1\r\nHost"), try stage.accept(""))
        cut.endSending()
        silent.endSending()
        try await eventuallyOnLoop("both have ended") { cut.isEnded && silent.isEnded }
        #expect(stage.isIdle && !stage.hasRequests)
        #expect(effects.logged == ["notice: HTTP connection closed: the peer closed before the request was complete"])
    }

    @Test(arguments: [true, false])
    func `a peer that closes behind its request still gets the response`(_ isLate: Bool) async throws {
        let stage = HTTPStage(effects)
        let pair = try stage.accept("")
        send(pair, Self.check)
        pair.endSending()
        try await eventuallyOnLoop("the request") { stage.hasRequests }
        if isLate { await Reactor.shared.sleep(for: .milliseconds(5)) }
        let exchange = try #require(stage.take())
        #expect(exchange.peerHasClosed)
        exchange.respond(Response(.ok))
        try await eventuallyOnLoop("it has ended") { stage.text(pair).contains("200 OK") || pair.isEnded }
        try await eventuallyOnLoop("it has ended") { pair.isEnded }
        #expect(stage.isIdle && effects.logged.isEmpty)
    }

    @Test func `a request that a route drops closes its connection`() async throws {
        for isLate in [false, true] {
            let stage = HTTPStage(effects)
            if !isLate { stage.onRequest = { _ in } }
            let pair = try stage.accept(Self.check + Self.check)
            if isLate { _ = stage.take() }
            #expect(pair.isEnded && stage.isIdle)
        }
        #expect(
            effects.logged
                == Array(repeating: "error: HTTP connection closed: a request was dropped unanswered", count: 2))
    }

    @Test func `the response to a peer that is gone goes nowhere`() async throws {
        let stage = HTTPStage(effects)
        do {
            let pair = try stage.accept(Self.check)
            _ = pair
        }
        try #require(stage.take()).respond(Response(.ok))
        #expect(stage.isIdle && effects.logged.isEmpty)
    }

    @Test(arguments: [true, false])
    func `what is sent behind the last request is not read as one, and takes no response away`(_ isLate: Bool) throws {
        let stage = HTTPStage(effects)
        if !isLate { stage.onRequest = { $0.respond(Response(.ok)) } }
        let last = httpRequest("GET /auth/verify HTTP/1.1", "Host: a", "Connection: close")
        let pair = try stage.accept(last + Self.check + "more")
        if isLate { try #require(stage.take()).respond(Response(.ok)) }
        let answer = stage.text(pair)
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n") && answer.split(separator: "HTTP/1.1 ").count == 1)
        // It has ended its stream and takes what comes: a socket that is closed with unread bytes resets the connection.
        #expect(pair.isEnded && pair.send([1, 2, 3]) == 3 && !stage.hasRequests && effects.logged.isEmpty)
    }

    @Test func `what arrives while the last request is answered takes no response away either`() async throws {
        let stage = HTTPStage(effects)
        let pair = try stage.accept("")
        send(pair, httpRequest("GET /auth/verify HTTP/1.1", "Host: a", "Connection: close"))
        try await eventuallyOnLoop("the request") { stage.hasRequests }
        send(pair, Self.check)
        await Reactor.shared.sleep(for: .milliseconds(5))
        try #require(stage.take()).respond(Response(.ok))
        #expect(stage.text(pair).hasPrefix("HTTP/1.1 200 OK\r\n") && pair.isEnded && pair.send([1, 2, 3]) == 3)
        pair.endSending()
        try await eventuallyOnLoop("it is closed") { stage.table.openCount == 0 }
        #expect(!stage.hasRequests && effects.logged.isEmpty)
    }

    // MARK: Slow peers

    @Test func `a peer that sends ahead and takes nothing stops the reading, not the loop`() async throws {
        let stage = HTTPStage(effects)
        var answered = 0
        let page = [UInt8](repeating: 65, count: 8000)
        stage.onRequest = {
            answered += 1
            $0.respond(Response(.ok, .html, page))
        }
        let pair = try stage.accept("")
        let total = 200
        send(pair, String(repeating: Self.check, count: total))
        try await eventuallyOnLoop("it is stopped") { answered > 10 }
        await Reactor.shared.sleep(for: .milliseconds(20))
        #expect(answered < total && !pair.isEnded)
        var received = 0
        try await eventuallyOnLoop("all arrives") {
            received += pair.received().count
            return answered == total && received > total * page.count
        }
        #expect(!pair.isEnded && stage.isIdle && effects.logged.isEmpty)
    }

    @Test func `a peer that does not take its response in time loses the connection`() async throws {
        let limits = ConnectionLimits(requestTimeout: .milliseconds(30))
        let stage = HTTPStage(effects, limits: limits)
        stage.onRequest = { $0.respond(Response(.ok, .html, [UInt8](repeating: 65, count: 2_000_000))) }
        let pair = try stage.accept(Self.check)
        try await eventuallyOnLoop("it is closed") { !effects.logged.isEmpty }
        #expect(effects.logged == ["notice: HTTP connection closed: the peer did not take the response in time"])
        #expect(stage.isIdle)
        withExtendedLifetime(pair) {}
    }

    // MARK: Drain and room

    @Test func `a drain answers what has arrived, and keeps no connection`() async throws {
        let stage = HTTPStage(effects)
        let (idle, busy, arrived) = (try stage.accept(""), try stage.accept(Self.check), try stage.accept(""))
        let held = try #require(stage.take())
        // It is in the socket, and not read yet.
        send(arrived, Self.check)
        stage.onRequest = { $0.respond(Response(.noContent)) }
        var isIdle = false
        stage.table.drain { isIdle = true }
        #expect(idle.isEnded && !busy.isEnded && !isIdle)
        #expect(stage.text(arrived).contains("204 No Content\r\n") && arrived.isEnded)
        held.respond(Response(.ok))
        let answer = stage.text(busy)
        #expect(answer.contains("200 OK\r\n") && answer.contains("\r\nConnection: close\r\n") && busy.isEnded && isIdle)
    }

    @Test func `at the limit idle connections make room, those that are busy do not`() async throws {
        let stage = HTTPStage(effects, limits: ConnectionLimits(maxConnections: 3))
        let (busy, idle, started) = (
            try stage.accept(Self.check), try stage.accept(""), try stage.accept("GET / HTTP/1.1\r\n")
        )
        stage.table.makeRoom()
        #expect(!busy.isEnded && idle.isEnded && !started.isEnded && stage.table.mayOpen)
        stage.table.opened()
        #expect(!stage.table.mayOpen)
        stage.table.closed(nil)
        try #require(stage.take()).respond(Response(.ok))
        #expect(!busy.isEnded)
    }

    @Test func `looks at an idle connection do not make it younger`() throws {
        let stage = HTTPStage(effects, limits: ConnectionLimits(maxConnections: 2))
        let (older, younger) = (try stage.accept(""), try stage.accept(""))
        stage.table.makeRoom()
        #expect(older.isEnded && !younger.isEnded)
    }

    // MARK: Peers

    @Test func `processes of this machine may connect, and addresses only if they are named`() throws {
        let proxies = TrustedProxies([try #require(IPNetwork("10.0.0.0/8")), try #require(IPNetwork("2001:db8::1"))])
        #expect(proxies.mayConnect(.unix))
        for (text, may) in [
            ("127.0.0.1", true), ("::1", true), ("10.1.2.3", true), ("::ffff:10.1.2.3", true), ("2001:db8::1", true),
            ("11.0.0.1", false), ("2001:db8::2", false), ("0.0.0.0", false),
        ] {
            #expect(proxies.mayConnect(.ip(try #require(IPAddress(text)))) == may, "\(text)")
        }
        #expect(!TrustedProxies().mayConnect(.ip(try #require(IPAddress("10.1.2.3")))))
    }

    @Test func `a connection from elsewhere is closed and counted`() throws {
        let stage = HTTPStage(effects, proxies: [try #require(IPNetwork("10.0.0.0/8"))])
        let stranger = try #require(IPAddress("192.0.2.9"))
        for _ in 0..<3 { #expect(try stage.accept("", from: stranger).isEnded) }
        #expect(stage.untrusted == 3 && stage.table.openCount == 0 && !stage.hasRequests)
        let line = "warning: HTTP connection closed: the peer's address is not in TRUSTED_PROXIES peer=192.0.2.9"
        #expect(effects.logged == [line])
    }

    @Test func `a trusted front says who the client is, and is taken for it if it says nothing`() throws {
        let stage = HTTPStage(effects, proxies: [try #require(IPNetwork("10.0.0.0/8"))])
        let front = try #require(IPAddress("10.0.0.7"))
        for (value, client) in [
            ("203.0.113.9, 192.0.2.1, 10.0.0.8", "192.0.2.1"), ("10.0.0.8", "10.0.0.7"), ("", "10.0.0.7"),
            ("unknown", "10.0.0.7"),
        ] {
            let request = httpRequest("GET / HTTP/1.1", "Host: a", "X-Forwarded-For: \(value)")
            let pair = try stage.accept(request, from: front)
            let exchange = try #require(stage.take())
            #expect(exchange.request.clientAddress == client, "\(value)")
            exchange.respond(Response(.ok))
            #expect(!pair.isEnded)
        }
        #expect(stage.untrusted == 0 && effects.logged.isEmpty)
    }
}
