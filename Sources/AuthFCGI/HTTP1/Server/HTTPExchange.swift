internal import EventLoop

/// One request that arrived by HTTP.
@EventLoop
final class HTTPExchange: Exchange {
    private let connection: HTTPConnection
    private let form: HTTPResponseForm
    private var isAnswered = false

    /// - Parameter form: the form of the response, as far as the request decides it.
    init(
        _ question: Question, _ request: OriginalRequest, body: RequestBody, form: HTTPResponseForm,
        on connection: HTTPConnection
    ) {
        self.connection = connection
        self.form = form
        super.init(question, request, body: body)
    }

    // Not `isolated`, as with FastCGIExchange: an exchange never leaves the loop.
    deinit {
        guard !isAnswered else { return }
        EventLoop.assumeIsolated { [connection] in connection.drop() }
    }

    override var peerHasClosed: Bool { connection.peerHasClosed }

    /// Sends a response. Checks come on kept connections like all other requests.
    override func send(_ answer: SerializedResponse, isCheck: Bool) {
        precondition(!isAnswered, "a request is answered once")
        isAnswered = true
        connection.answer(answer, form)
    }
}
