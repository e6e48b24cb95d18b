internal import EventLoop

/// One request without a body to a gate, on a connection of its own.
@EventLoop
final class GateRequest: ByteStreamHandler {
    /// The outcome of a request.
    enum Outcome: Sendable {
        case answered(status: Int, body: String)
        /// No valid response; the reason is a part of a sentence.
        case failed(String)
    }

    private let address: ServerAddress
    private let threads = HelperThreads(name: "names", threads: 1, waiting: 0, niceness: 0)
    private var stream: ByteStream?
    private let request: [UInt8]
    private let timeout: Duration
    private var reader: any ResponseReader
    private var timer: LoopTimer?
    /// The timer of the next attempt to connect.
    private var again: LoopTimer?
    private var done: (@EventLoop (Outcome) -> Void)?

    private static let pause = Duration.milliseconds(20)

    /// - Parameters:
    ///   - path: the path of the route.
    ///   - isHTTP: true for a socket of HTTP, false for one of FastCGI.
    ///   - timeout: the time limit from connecting to the end of the response.
    ///   - done: called once.
    init(
        _ path: String, isHTTP: Bool, at address: ServerAddress, timeout: Duration,
        done: @escaping @EventLoop (Outcome) -> Void
    ) {
        self.address = address
        request = isHTTP ? HTTPResponseReader.request(path) : FastCGIResponseReader.request(path)
        reader = if isHTTP { HTTPResponseReader() } else { FastCGIResponseReader() }
        self.timeout = timeout
        self.done = done
    }

    /// Sends the request.
    func start() {
        timer = Reactor.shared.schedule(after: timeout) { [weak self] in
            guard let self else { return }
            finish(.failed("no answer within \(DurationText(timeout))"))
        }
        connect()
    }

    private func connect() {
        let stream = ByteStream(to: address, tls: nil, threads: threads, deadline: timeout)
        self.stream = stream
        stream.handler = self
        stream.open()
    }

    func streamOpened() { stream?.write(request) }

    func received(_ bytes: UnsafeRawBufferPointer) {
        unsafe reader.receive(bytes)
        guard !reader.isMalformed else { return finish(.failed("the response is not \(reader.protocolName)")) }
        guard reader.isComplete else { return }
        guard let status = reader.status else { return finish(.failed("the response has no HTTP status")) }
        finish(.answered(status: status, body: String(reader.body)))
    }

    func streamEnded(_ reason: StreamError) {
        guard case .system(let error) = reason, error.isFullQueue else { return finish(.failed(reason.reason)) }
        // The queue of a unix socket is full, and a non-blocking connect does not wait for it: try again. The timer
        // keeps this object alive, which no stream does meanwhile.
        again = Reactor.shared.schedule(after: Self.pause) { [self] in connect() }
    }

    private func finish(_ outcome: Outcome) {
        timer?.cancel()
        again?.cancel()
        stream?.close()
        let done = done
        self.done = nil
        done?(outcome)
    }
}
