/// What the head of a request says: the request line and the headers. All positions are those in the bytes of the request.
struct HTTPHead {
    /// The facts that are values as they are.
    var facts = FactPositions()
    var isHTTP10 = false
    /// True for the method HEAD, whose response has no body.
    var isHead = false

    // MARK: The host

    /// The host and port of an absolute target (RFC 9112, section 3.2.2).
    var targetHost: Range<Int>?
    /// The last value of the header Host.
    var host: Range<Int>?
    var hostCount = 0

    // MARK: The body

    /// The value of Content-Length.
    var contentLength: Int?
    var isChunked = false
    /// Expect: 100-continue.
    var expectsContinue = false
    var hasOtherExpectation = false

    // MARK: The connection

    var asksToClose = false
    var asksToKeep = false

    /// True if the peer wants to send another request on the connection (RFC 9112, section 9.3).
    var keepsConnection: Bool { !asksToClose && (!isHTTP10 || asksToKeep) }

    // MARK: The client

    var forwardedFor = ForwardedFor()

    /// The number of bytes.
    var size = 0
}
