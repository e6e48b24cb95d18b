internal import EventLoop

/// One request that arrived by FastCGI.
@EventLoop
final class FastCGIExchange: Exchange {
    private var transport: Transport
    private var isAnswered = false
    /// The number of bytes of the request that were peeked at and not read. They are read together with the response, so
    /// that the peer wakes up once.
    private let unreadBytes: Int
    private let summary: FastCGIRequestSummary
    private let owner: any FastCGIExchangeOwner
    /// The object of the connection, if it has one already: most connections carry one request and need none.
    private let connection: Connection?

    /// The way in which the response is sent.
    private enum Transport: ~Copyable {
        /// For a request without a body: all of it was peeked at.
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

    /// Takes ownership of the descriptor of a connection on which a request has arrived.
    /// - Parameters:
    ///   - bytes: everything that has arrived on `descriptor`, which is still in the socket.
    ///   - connection: the object of the connection, if it has one.
    /// - Throws: if libfcgi cannot read the request. The descriptor is closed then.
    init(
        _ bytes: Span<UInt8>, on descriptor: Int32, _ summary: FastCGIRequestSummary,
        owner: any FastCGIExchangeOwner, connection: Connection?
    ) throws(FastCGIFault) {
        var body = RequestBody.whole([])
        if summary.contentLength == 0 {
            unreadBytes = bytes.count
            transport = .reply(FastCGIReply(on: descriptor, to: summary.requestID))
        } else {
            var request = try FastCGILibraryRequest(reading: descriptor)
            body = try Self.body(of: &request, summary)
            unreadBytes = 0
            transport = .library(request)
        }
        self.summary = summary
        self.owner = owner
        self.connection = connection
        let question: Question =
            switch summary.role {
            case .responder: .byPath
            case .authorizer: .authorizer
            }
        super.init(question, OriginalRequest(fastCGI: bytes), body: body)
    }

    private static func body(
        of request: inout FastCGILibraryRequest, _ summary: FastCGIRequestSummary
    ) throws(FastCGIFault) -> RequestBody {
        guard summary.bodyHasEnded else { return summary.bodyTooLarge ? .tooLong : .cutShort }
        let wanted = summary.bodyTooLarge ? 0 : summary.bodyBytes
        guard let bytes = request.readBody(maximum: wanted), bytes.count == wanted else { throw .refusedByLibrary }
        if summary.bodyTooLarge { return .tooLong }
        return bytes.count < summary.contentLength ? .cutShort : .whole(bytes)
    }

    // Not `isolated`: checking the thread at the end of every request costs more than the rest of most responses. An
    // exchange never leaves the loop. The owner is told before the descriptor is closed, when its number is not in use
    // again yet.
    deinit {
        guard !isAnswered else { return }
        EventLoop.assumeIsolated { [owner, connection] in owner.exchangeWasDropped(on: connection) }
    }

    override var peerHasClosed: Bool {
        guard let descriptor = transport.descriptor else { return true }
        return PeerClosing.hasHappened(on: descriptor)
    }

    /// Sends a response. After a check the connection is closed even if nginx asks to keep it, because nginx never uses
    /// the connection of an auth request again.
    override func send(_ answer: SerializedResponse, isCheck: Bool) {
        guard let descriptor = transport.descriptor else { preconditionFailure("a request is answered once") }
        // After a body that is not read the connection is closed later, so that the peer receives the response instead
        // of a connection reset.
        let lingers = summary.bodyTooLarge && !summary.bodyHasEnded
        let isRead = unreadBytes == 0 || owner.discard(unreadBytes, from: descriptor)
        let keeps = !isCheck && summary.mayKeep && owner.keepsConnections && isRead
        isAnswered = true
        let kept = transport.send(answer.bytes, keep: keeps || lingers)
        owner.exchangeEnded(on: connection, keeping: kept, lingers: lingers)
    }
}
