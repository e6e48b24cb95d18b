internal import CFastCGI
internal import Glibc

/// A request with a body, which libfcgi reads and answers: the owner of one FCGX_Request and, while it lives, of the
/// connection's descriptor.
///
/// libfcgi keeps the struct's address in its streams, so it lies at an address of its own from the beginning to the
/// end of a request. It is made anew for each request, because libfcgi carries some of its fields over.
@safe
struct FastCGILibraryRequest: ~Copyable {
    private let request: UnsafeMutablePointer<FCGX_Request>

    /// Whether the streams are there.
    private var isOpen = true

    /// Reads the request that has arrived on `descriptor`. All of its parameters must be there: libfcgi reads with
    /// blocking calls. When this throws, the descriptor is closed already and its number must not be touched again.
    init(reading descriptor: Int32) throws(FastCGIFault) {
        let request = UnsafeMutablePointer<FCGX_Request>.allocate(capacity: 1)
        // No listening socket: whatever fails comes back as an error instead of a blocking accept.
        unsafe FCGX_InitRequest(request, -1, 0)
        unsafe request.pointee.ipcFd = descriptor
        // Accept begins by finishing the struct, and without this it would close the descriptor.
        unsafe request.pointee.keepConnection = 1
        // Closing is close() alone, without libfcgi's wait of up to 2 s for the peer.
        unsafe request.pointee.detached = 1
        guard unsafe FCGX_Accept_r(request) == 0 else {
            unsafe request.deallocate()  // Accept has freed the streams and closed the descriptor
            throw .refusedByLibrary
        }
        // A request that ends between two parameters is a success to Accept; only its stream knows.
        guard unsafe FCGX_GetError(request.pointee.in) == 0 else {
            unsafe FCGX_Free(request, 1)  // frees the streams, closes the descriptor, writes nothing
            unsafe request.deallocate()
            throw .refusedByLibrary
        }
        unsafe self.request = unsafe request
    }

    deinit {
        // Not finished: closed without a word. Finishing would write an empty answer.
        if isOpen { unsafe FCGX_Free(request, 1) }
        unsafe request.deallocate()
    }

    /// The descriptor, for questions about the peer; nil when it is closed or given back.
    var descriptor: Int32? { isOpen ? unsafe request.pointee.ipcFd : nil }

    /// Reads STDIN to its end, which must have arrived: a byte behind it could else be taken for the next request.
    /// - Returns: the body, at most `maximum` bytes of it; nil when libfcgi could not read it to its end.
    mutating func readBody(maximum: Int) -> [UInt8]? {
        precondition(isOpen)
        let stream = unsafe request.pointee.in
        var body: [UInt8] = []
        if maximum > 0 {
            body = unsafe [UInt8](unsafeUninitializedCapacity: maximum) { buffer, count in
                count = unsafe Int(FCGX_GetStr(buffer.baseAddress, Int32(maximum), stream))
            }
        }
        while unsafe FCGX_GetChar(stream) >= 0 {}
        return unsafe FCGX_GetError(stream) == 0 ? body : nil
    }

    /// Sends `answer` and the end of the request, in one write as long as they fit into libfcgi's 8 KiB.
    /// - Returns: the descriptor, when it is to be kept and sending worked; otherwise it is closed.
    mutating func finish(_ answer: Span<UInt8>, keep: Bool) -> Int32? {
        precondition(isOpen)
        isOpen = false
        unsafe SendTimeout.set(on: request.pointee.ipcFd, for: answer.count)
        unsafe answer.withUnsafeBytes { bytes in
            let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            unsafe _ = FCGX_PutStr(start, Int32(bytes.count), request.pointee.out)
        }
        unsafe request.pointee.keepConnection = keep ? 1 : 0
        // Frees the streams; closes the descriptor unless it is kept and nothing went wrong.
        unsafe FCGX_Finish_r(request)
        let descriptor = unsafe request.pointee.ipcFd
        return descriptor >= 0 ? descriptor : nil
    }
}
