/// What ``FastCGIScanner`` found out about a request that has arrived far enough to be answered.
struct FastCGIRequestSummary: Equatable {
    /// The number that all of its records have, and that the answer must have.
    var requestID: UInt16 = 0

    var role = FastCGIRole.responder

    /// The peer asked to keep the connection (FCGI_KEEP_CONN).
    var asksToKeep = false

    /// CONTENT_LENGTH; 0 when it is absent or empty.
    var contentLength = 0

    /// How many bytes of STDIN have arrived.
    var bodyBytes = 0

    /// The end of STDIN has arrived: it may be read without ever waiting.
    var bodyHasEnded = false

    /// CONTENT_LENGTH is above the limit; the body was not waited for.
    var bodyTooLarge = false

    /// Something lies behind the request. libfcgi may read and drop it, so the connection cannot be kept.
    var bytesFollow = false

    /// Whether another request may follow on this connection.
    var mayKeep: Bool { asksToKeep && bodyHasEnded && !bytesFollow }
}
