internal import EventLoop
internal import Glibc

/// One request that came by FastCGI.
@EventLoop
final class FastCGIExchange: Exchange {
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
        var body = RequestBody.whole([])
        if shape.contentLength == 0 {
            unreadBytes = bytes.count
            transport = .reply(FastCGIReply(on: descriptor, to: shape.requestID))
        } else {
            var request = try FastCGILibraryRequest(reading: descriptor)
            body = try Self.body(of: &request, shape)
            unreadBytes = 0
            transport = .library(request)
        }
        self.shape = shape
        self.server = server
        self.connection = connection
        let question: Question =
            switch shape.role {
            case .responder: .byPath
            case .authorizer: .authorizer
            }
        super.init(question, OriginalRequest(fastCGI: bytes), body: body)
    }

    private static func body(
        of request: inout FastCGILibraryRequest, _ shape: FastCGIRequestSummary
    ) throws(FastCGIFault) -> RequestBody {
        guard shape.bodyHasEnded else { return shape.bodyTooLarge ? .tooLong : .cutShort }
        let wanted = shape.bodyTooLarge ? 0 : shape.bodyBytes
        guard let bytes = request.readBody(maximum: wanted), bytes.count == wanted else { throw .refusedByLibrary }
        if shape.bodyTooLarge { return .tooLong }
        return bytes.count < shape.contentLength ? .cutShort : .whole(bytes)
    }

    // Not `isolated`: to ask at the end of every request which thread this is costs more than most of its answer.
    // Nobody takes an exchange off the loop; and the connection must be known as closed before its number is free.
    deinit {
        guard !isAnswered else { return }
        EventLoop.assumeIsolated { [server, connection] in server.exchangeWasDropped(connection) }
    }

    override var peerHasClosed: Bool {
        guard let descriptor = transport.descriptor else { return true }
        var entry = pollfd(fd: descriptor, events: Int16(Readiness.peerClosed.rawValue), revents: 0)
        return unsafe poll(&entry, 1, 0) > 0
    }

    /// nginx never uses the connection of an auth request again, so behind a check it is closed even if nginx asks to
    /// keep it.
    override func send(_ answer: [UInt8], isCheck: Bool) {
        guard let descriptor = transport.descriptor else { preconditionFailure("a request is answered once") }
        // Behind an unread body the connection stays open for a while, so that the peer reads the answer and not that
        // the connection was reset.
        let lingers = shape.bodyTooLarge && !shape.bodyHasEnded
        let isRead = unreadBytes == 0 || server.discardInput(of: descriptor, atMost: unreadBytes) == unreadBytes
        let keeps = !isCheck && shape.mayKeep && !server.isDraining && isRead
        isAnswered = true
        let kept = transport.send(answer, keep: keeps || lingers)
        server.exchangeWasAnswered(connection, descriptor: kept, lingers: lingers)
    }
}
