import EventLoop
import Testing

@testable import AuthFCGI

/// Connections from their acceptance to the response.
@EventLoop
@Suite struct FastCGIHandlerTests {
    /// The exchanges that a handler has started. A test decides when they respond.
    @EventLoop
    private final class Requests {
        var all: [Exchange] = []

        func take() -> Exchange? { all.isEmpty ? nil : all.removeFirst() }
    }

    private let effects = EffectLog()
    private let requests = Requests()
    private let table = ConnectionTable(limits: ConnectionLimits()) {}
    private let handler: FastCGIHandler

    private static let check = FastCGIBytes().begin().parameters([("SCRIPT_NAME", "/auth/verify")]).endParameters()
    private static let prepared: Void = FastCGILibrary.prepareProcess()

    init() {
        _ = Self.prepared
        handler = FastCGIHandler(connections: table, log: effects.logger) { [requests] in requests.all.append($0) }
    }

    /// Returns an accepted connection on which `request` was sent.
    private func accept(_ request: FastCGIBytes) throws -> SocketPair { try handler.accept(request.bytes, in: table) }

    private func request(_ path: String, keep: Bool = true) -> FastCGIBytes {
        FastCGIBytes().begin(keep: keep).parameters([("SCRIPT_NAME", path)]).endParameters().endBody()
    }

    private func post(_ body: String, length: Int? = nil) -> FastCGIBytes {
        let parameters = FastCGIBytes.likeNginx(contentLength: "\(length ?? body.utf8.count)")
        return FastCGIBytes().begin(keep: true).parameters(parameters).endParameters().body(body)
    }

    private func text(_ pair: SocketPair) -> String { String(decoding: pair.received(), as: UTF8.self) }

    /// Drains the connections; true if no request was left.
    private var isIdle: Bool { table.isIdleWhenDrained }

    @Test func `a request that has arrived is answered at once, and its connection closed`() throws {
        let pair = try accept(Self.check)
        let exchange = try #require(requests.take())
        #expect(exchange.question == .byPath && exchange.body == .whole([]))
        #expect(exchange.request.fullPath == "/auth/verify")
        #expect(!exchange.peerHasClosed)
        exchange.respond(toCheck: SerializedResponse(Response(.ok)))
        #expect(text(pair).contains("Status: 200 OK\r\n") && pair.isEnded)
        #expect(isIdle && effects.logged.isEmpty)
    }

    @Test func `a request that arrives right after its connection is found at the batch's end`() throws {
        let pair = try accept(FastCGIBytes())
        #expect(requests.all.isEmpty)
        pair.send(Self.check.bytes)
        handler.acceptedBatch()
        try #require(requests.take()).respond(Response(.notFound))
        #expect(text(pair).contains("Status: 404 Not Found\r\n") && pair.isEnded && isIdle)
    }

    @Test(arguments: [1, 8, 20, 40]) func `a request that comes later is waited for`(_ cut: Int) async throws {
        let pair = try accept(FastCGIBytes(bytes: Array(Self.check.bytes.prefix(cut))))
        handler.acceptedBatch()
        #expect(requests.all.isEmpty)
        pair.send(Array(Self.check.bytes.dropFirst(cut)))
        try await eventuallyOnLoop("the request is complete") { !requests.all.isEmpty }
        try #require(requests.take()).respond(Response(.ok))
        #expect(text(pair).contains("Status: 200 OK\r\n") && pair.isEnded && isIdle)
    }

    @Test func `a kept connection brings another request, and none after a check`() async throws {
        let pair = try accept(request("/a"))
        for path in ["/a", "/b", "/c"] {
            try await eventuallyOnLoop("the request for \(path)") { !requests.all.isEmpty }
            let exchange = try #require(requests.take())
            #expect(exchange.request.fullPath == path)
            if path == "/c" {
                exchange.respond(toCheck: SerializedResponse(Response(.ok)))
            } else {
                exchange.respond(Response(.ok))
                #expect(text(pair).contains("Status: 200 OK\r\n") && !pair.isEnded)
                pair.send(request(path == "/a" ? "/b" : "/c").bytes)
            }
        }
        #expect(text(pair).contains("Status: 200 OK\r\n") && pair.isEnded && isIdle)
    }

    @Test func `a drain answers what is under way, and keeps no connection`() throws {
        let pair = try accept(request("/a"))
        var isIdle = false
        table.drain { isIdle = true }
        #expect(!isIdle)
        try #require(requests.take()).respond(Response(.ok))
        #expect(text(pair).contains("Status: 200 OK\r\n") && pair.isEnded && isIdle)
    }

    @Test func `a request that a route drops closes its connection`() throws {
        for request in [Self.check, post("{}").endBody()] {
            let pair = try accept(request)
            #expect(requests.take() != nil)
            #expect(pair.isEnded)
        }
        #expect(effects.logged == ["error: FastCGI connection closed: a request was dropped unanswered"])
        #expect(isIdle)
    }

    @Test func `a connection is closed for its fault`() async throws {
        let malformed = try accept(FastCGIBytes().begin(role: 3))
        #expect(malformed.isEnded)
        let cut = try accept(FastCGIBytes().begin())
        cut.endSending()
        try await eventuallyOnLoop("it is closed") { cut.isEnded }
        let silent = try accept(FastCGIBytes())
        silent.endSending()
        handler.acceptedBatch()
        #expect(silent.isEnded)
        #expect(requests.all.isEmpty && isIdle)
        #expect(
            effects.logged == [
                "warning: FastCGI connection closed: role is neither RESPONDER nor AUTHORIZER",
                "notice: FastCGI connection closed: the peer closed before the request was complete",
            ])
    }

    @Test func `a peer that takes no answers gets no second one`() async throws {
        let pair = try accept(request("/a"))
        try #require(requests.take()).respond(Response(.ok))
        pair.send(request("/b").bytes)
        try await eventuallyOnLoop("it is closed") { !effects.logged.isEmpty }
        #expect(
            effects.logged == [
                "warning: FastCGI connection closed: the peer asks again without having taken the previous answer"
            ])
        #expect(requests.all.isEmpty && isIdle)
    }

    @Test func `bodies are whole, too long or cut short, and a connection is kept for all that were read`() async throws
    {
        let whole = try accept(post("{\"a\":1}").endBody())
        #expect(requests.all.map { $0.body } == [.whole(Array("{\"a\":1}".utf8))])
        let short = try accept(post("{}", length: 3).endBody())
        let long = try accept(post("x", length: RequestBody.maxBytes + 1))
        #expect(requests.all.dropFirst().map { $0.body } == [.cutShort, .tooLong])
        while let exchange = requests.take() { exchange.respond(Response(.noContent)) }
        for pair in [whole, short, long] { #expect(text(pair).contains("Status: 204 No Content\r\n")) }
        #expect(!whole.isEnded && !short.isEnded)
        // The rest of this body is read, so that the client receives the response.
        #expect(long.isEnded && long.send([1, 2, 3]) == 3)
        #expect(isIdle && whole.isEnded && short.isEnded)
    }
}
