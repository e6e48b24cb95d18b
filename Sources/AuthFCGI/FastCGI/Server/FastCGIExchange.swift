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

    private let parameters: FastCGIParameters
    private var transport: Transport
    private var isAnswered = false
    /// Bytes of the request that were looked at and have not been read. They are taken out when the answer is sent, so
    /// that the peer is woken once.
    private let unreadBytes: Int
    private let shape: FastCGIRequestSummary
    private let server: FastCGIServer
    /// The connection's own object, when it has one already: most live only as long as their one request.
    private let connection: FastCGIConnection?

    /// How the answer goes out.
    private enum Transport: ~Copyable {
        /// Nothing has to be read of the request that was not looked at: it has no body.
        case reply(FastCGIReply)
        case library(FastCGILibraryRequest)

        var descriptor: Int32? {
            switch self {
            case .reply(let reply): reply.descriptor
            case .library(let request): request.descriptor
            }
        }

        mutating func send(_ bytes: [UInt8], keep: Bool) -> Int32? {
            let descriptor: Int32?
            switch consume self {
            case .reply(var reply):
                descriptor = reply.send(bytes, keep: keep)
                self = .reply(reply)
            case .library(var request):
                descriptor = request.finish(bytes.span, keep: keep)
                self = .library(request)
            }
            return descriptor
        }
    }

    /// Takes over a request that has arrived, and with it the descriptor. When this throws, the descriptor is closed.
    /// - Parameter bytes: all that has arrived on `descriptor`, where it still is.
    init(
        _ bytes: Span<UInt8>, on descriptor: Int32, shape: FastCGIRequestSummary, server: FastCGIServer,
        connection: FastCGIConnection?
    ) throws(FastCGIFault) {
        parameters = FastCGIParameters(of: bytes)
        var body: [UInt8] = []
        if shape.contentLength == 0 {
            unreadBytes = bytes.count
            transport = .reply(FastCGIReply(on: descriptor, to: shape.requestID))
        } else {
            var request = try FastCGILibraryRequest(reading: descriptor)
            if shape.bodyHasEnded {
                let wanted = shape.bodyTooLarge ? 0 : shape.bodyBytes
                guard let all = request.readBody(maximum: wanted), all.count == wanted else { throw .refusedByLibrary }
                body = all
            }
            unreadBytes = 0
            transport = .library(request)
        }
        self.shape = shape
        self.server = server
        self.connection = connection
        self.body = body
        role = shape.role
        bodyTooLarge = shape.bodyTooLarge
        bodyIsIncomplete = body.count < shape.contentLength
    }

    // Not `isolated`: to ask at the end of every request which thread this is costs more than most of its answer.
    // Nobody takes an exchange off the loop; and the connection must be known as closed before its number is free.
    deinit {
        guard !isAnswered else { return }
        EventLoop.assumeIsolated { [server, connection] in server.exchangeWasDropped(connection) }
    }

    /// The last value of a parameter, or nil when there is none; bytes that are not UTF-8 are replaced.
    func parameter(_ name: StaticString) -> String? {
        parameters.lastValue(of: name).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The same for one that every check asks for; nil also when it is empty.
    func parameter(_ parameter: CheckParameter) -> String? {
        parameters.withLastValue(of: parameter) { value in
            value.isEmpty ? nil : unsafe value.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
        }
    }

    /// All values of a parameter that may come several times.
    func values(of parameter: CheckParameter) -> [ArraySlice<UInt8>] {
        // Nearly every check comes without.
        parameters.count(of: parameter) == 0 ? [] : parameters.values(of: parameter)
    }

    /// Whether the request is for exactly this path.
    func isFor(path: StaticString) -> Bool {
        parameters.withLastValue(of: .scriptName) { $0.equals(path) }
            && parameters.withLastValue(of: .pathInfo) { $0.isEmpty }
    }

    /// Calls `body` with the value of a parameter that should come only once, without copying it. nginx before 1.23
    /// passes a header that the client sent twice as two parameters.
    func withOnlyParameter<T>(_ parameter: CheckParameter, _ body: (Span<UInt8>) -> T) -> Occurrence<T> {
        switch parameters.count(of: parameter) {
        case 0: .absent
        case 1: .one(parameters.withLastValue(of: parameter, body))
        default: .several
        }
    }

    /// Whether the peer has gone meanwhile, so that nobody waits for the answer any more.
    var peerHasClosed: Bool {
        guard let descriptor = transport.descriptor else { return true }
        var entry = pollfd(fd: descriptor, events: Int16(Readiness.peerClosed.rawValue), revents: 0)
        return unsafe poll(&entry, 1, 0) > 0
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
        guard let descriptor = transport.descriptor else { preconditionFailure("a request is answered once") }
        // Behind an unread body the connection stays open for a while, so that the peer reads the answer and not that
        // the connection was reset.
        let lingers = shape.bodyTooLarge && !shape.bodyHasEnded
        let isRead = unreadBytes == 0 || server.discardInput(of: descriptor, atMost: unreadBytes) == unreadBytes
        let keeps = keep && shape.mayKeep && !server.isDraining && isRead
        isAnswered = true
        let kept = transport.send(bytes, keep: keeps || lingers)
        server.exchangeWasAnswered(connection, descriptor: kept, lingers: lingers)
    }
}
