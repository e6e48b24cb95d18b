import EventLoop

@testable import AuthFCGI

/// A handler of HTTP and its connections. A test answers the requests, at once or later.
@EventLoop
final class HTTPStage {
    let table: ConnectionTable
    /// Called for a request, instead of keeping it for ``take()``.
    var onRequest: (@EventLoop (Exchange) -> Void)?
    /// How many connections came from elsewhere.
    private(set) var untrusted = 0

    private let effects: EffectLog
    private let question: Exchange.Question
    private let proxies: TrustedProxies
    private var requests: [Exchange] = []
    private var made: HTTPHandler?

    init(
        _ effects: EffectLog, question: Exchange.Question = .byPath, limits: ConnectionLimits = ConnectionLimits(),
        proxies: [IPNetwork] = []
    ) {
        self.effects = effects
        self.question = question
        self.proxies = TrustedProxies(proxies)
        table = ConnectionTable(limits: limits) {}
    }

    var handler: HTTPHandler {
        if let made { return made }
        let handler = HTTPHandler(
            question, connections: table, proxies: proxies, log: effects.logger,
            onUntrustedPeer: { [weak self] in self?.untrusted += 1 },
            respond: { [weak self] exchange in
                guard let self else { return }
                if let onRequest { onRequest(exchange) } else { requests.append(exchange) }
            })
        made = handler
        return handler
    }

    var hasRequests: Bool { !requests.isEmpty }

    /// Returns the next request. Nil if there is none.
    func take() -> Exchange? { requests.isEmpty ? nil : requests.removeFirst() }

    /// Returns an accepted connection on which bytes were sent.
    /// - Parameter peer: The address from which it seems to come. Nil for the one that it has, of a unix socket.
    func accept(bytes: [UInt8], from peer: IPAddress? = nil) throws -> SocketPair {
        guard let peer else { return try handler.accept(bytes, in: table) }
        let pair = try SocketPair()
        pair.send(bytes)
        table.opened()
        handler.accepted(pair.ours, from: .ip(peer))
        return pair
    }

    func accept(_ text: String, from peer: IPAddress? = nil) throws -> SocketPair {
        try accept(bytes: Array(text.utf8), from: peer)
    }

    /// Returns what has arrived at the peer's end.
    func text(_ pair: SocketPair) -> String { String(decoding: pair.received(), as: UTF8.self) }

    /// Drains the connections; true if no request was left.
    var isIdle: Bool { table.isIdleWhenDrained }
}
