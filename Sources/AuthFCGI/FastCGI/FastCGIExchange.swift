internal import EventLoop
internal import Glibc

/// One request and its answer. Whoever holds it owes the answer; if it is dropped without, the connection is closed.
@EventLoop
final class FastCGIExchange {
    /// How often a parameter came.
    enum Occurrence<Value> {
        case absent
        case one(Value)
        case several
    }

    let role: FastCGIRole

    /// The request's body; empty when it is too large or was not waited for.
    let body: [UInt8]

    /// The body is longer than the server takes, and has not been read.
    let bodyTooLarge: Bool

    /// The body is shorter than CONTENT_LENGTH said.
    let bodyIsIncomplete: Bool

    private var request: FastCGIRequest
    private var isAnswered = false
    private let shape: FastCGIRequestShape
    private let server: FastCGIServer
    /// The connection's own object, when it has one already: most live only as long as their one request.
    private let connection: FastCGIConnection?

    /// Has libfcgi read the request that has arrived on `descriptor`. When this throws, the descriptor is closed.
    init(
        reading descriptor: Int32, shape: FastCGIRequestShape, server: FastCGIServer, connection: FastCGIConnection?
    ) throws(FastCGIFault) {
        var request = try FastCGIRequest(reading: descriptor)
        var body: [UInt8] = []
        if shape.bodyHasEnded {
            let wanted = shape.bodyTooLarge ? 0 : shape.bodyBytes
            guard let all = request.readBody(maximum: wanted), all.count == wanted else { throw .refusedByLibrary }
            body = all
        }
        self.request = request
        self.shape = shape
        self.server = server
        self.connection = connection
        self.body = body
        role = shape.role
        bodyTooLarge = shape.bodyTooLarge
        bodyIsIncomplete = body.count < shape.contentLength
    }

    // Not `isolated`: to ask at the end of every request which thread this is costs more than most of its answer. Nobody
    // takes an exchange off the loop; and the connection must be known as closed before its number is free.
    deinit {
        guard !isAnswered else { return }
        EventLoop.assumeIsolated { [server, connection] in server.exchangeWasDropped(connection) }
    }

    /// The last value of a parameter, or nil when there is none; bytes that are not UTF-8 are replaced.
    func parameter(_ name: StaticString) -> String? {
        guard let value = unsafe request.lastValue(of: name) else { return nil }
        return unsafe String(cString: value)
    }

    /// The same for one that every check asks for; nil also when it is empty.
    func parameter(_ parameter: CheckParameter) -> String? {
        guard let value = unsafe request.values(of: parameter).last, unsafe value.pointee != 0 else { return nil }
        return unsafe String(cString: value)
    }

    /// Whether the request is for exactly this path.
    func isFor(path: StaticString) -> Bool {
        guard let script = unsafe request.values(of: .scriptName).last else { return false }
        let path = unsafe UnsafeRawPointer(path.utf8Start).assumingMemoryBound(to: CChar.self)
        guard unsafe strcmp(script, path) == 0 else { return false }
        guard let more = unsafe request.values(of: .pathInfo).last else { return true }
        return unsafe more.pointee == 0
    }

    /// Calls `body` with the value of a parameter that should come only once, without copying it. nginx before 1.23
    /// passes a header that the client sent twice as two parameters.
    func withOnlyParameter<T>(_ parameter: CheckParameter, _ body: (Span<UInt8>) -> T) -> Occurrence<T> {
        let values = unsafe request.values(of: parameter)
        guard unsafe values.count < 2 else { return .several }
        guard let value = unsafe values.last else { return .absent }
        return unsafe .one(Self.withSpan(value, body))
    }

    /// Whether the peer has gone meanwhile, so that nobody waits for the answer any more.
    var peerHasClosed: Bool {
        guard let descriptor = request.descriptor else { return true }
        var byte: UInt8 = 0
        let count = unsafe recv(descriptor, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT))
        return count == 0 || count < 0 && errno != EAGAIN && errno != EINTR
    }

    /// Sends the answer; to be called exactly once.
    /// - Parameter keep: whether to keep the connection for another request if the peer asked for it. Checks say no:
    ///   nginx never uses the connection of an auth request again.
    func respond(_ response: Response, keep: Bool = true) {
        send(response.serialized(), keep: keep)
    }

    /// The same for an answer that was made before.
    func respond(_ response: SerializedResponse, keep: Bool = true) {
        send(response.bytes, keep: keep)
    }

    private func send(_ bytes: [UInt8], keep: Bool) {
        precondition(request.descriptor != nil, "a request is answered once")
        // Behind an unread body the connection stays open for a while, so that the peer reads the answer and not that
        // the connection was reset.
        let lingers = shape.bodyTooLarge && !shape.bodyHasEnded
        let keeps = keep && shape.mayKeep && !server.isDraining
        isAnswered = true
        let descriptor = request.finish(bytes.span, keep: keeps || lingers)
        server.exchangeWasAnswered(connection, descriptor: descriptor, lingers: lingers)
    }

    @inline(__always)
    private static func withSpan<T>(_ value: UnsafePointer<CChar>, _ body: (Span<UInt8>) -> T) -> T {
        let start = unsafe UnsafeRawPointer(value).assumingMemoryBound(to: UInt8.self)
        let bytes = unsafe UnsafeBufferPointer(start: start, count: strlen(value))
        return unsafe body(bytes.span)
    }
}
