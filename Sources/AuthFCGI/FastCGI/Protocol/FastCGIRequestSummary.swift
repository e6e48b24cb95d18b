/// The facts that ``FastCGIScanner`` has found about a request that can be answered.
struct FastCGIRequestSummary: Equatable {
    /// The request ID of all records of the request and of the response.
    var requestID: UInt16 = 0

    var role = FastCGIRole.responder

    /// True if the peer asks to keep the connection (FCGI_KEEP_CONN).
    var asksToKeep = false

    /// CONTENT_LENGTH; 0 if it is absent or empty.
    var contentLength = 0

    /// The number of bytes of STDIN that have arrived.
    var bodyBytes = 0

    /// True if the end of STDIN has arrived, so that reading it cannot block.
    var bodyHasEnded = false

    /// True if CONTENT_LENGTH exceeds the limit. The request then counts as complete without its body.
    var bodyTooLarge = false

    /// True if more bytes follow the request. libfcgi may read and drop them, so the connection cannot be kept.
    var bytesFollow = false

    /// True if the connection can be kept for another request.
    var mayKeep: Bool { asksToKeep && bodyHasEnded && !bytesFollow }
}
