internal import CFastCGI
internal import Glibc

/// A request with a body, which is read and answered by libfcgi: the owner of one FCGX_Request and of the descriptor of its
/// connection.
///
/// The streams of libfcgi store the address of the struct, so it is allocated and does not move. It is allocated anew for
/// each request, because libfcgi keeps the values of some fields.
@safe
struct FastCGILibraryRequest: ~Copyable {
    private let request: UnsafeMutablePointer<FCGX_Request>

    /// True until the streams are freed.
    private var isOpen = true

    /// Reads the request that has arrived on `descriptor` and takes ownership of the descriptor. All parameters must have
    /// arrived: libfcgi reads with blocking calls.
    /// - Throws: if libfcgi cannot read the request. The descriptor is closed then, and its number may be in use again.
    init(reading descriptor: Int32) throws(FastCGIFault) {
        let request = UnsafeMutablePointer<FCGX_Request>.allocate(capacity: 1)
        // Without a listening socket every failure is returned, instead of a blocking accept.
        unsafe FCGX_InitRequest(request, -1, 0)
        unsafe request.pointee.ipcFd = descriptor
        // Accept first finishes the previous request, and would close the descriptor without this flag.
        unsafe request.pointee.keepConnection = 1
        // Closing is close() only, without libfcgi's wait of up to 2 s for the peer.
        unsafe request.pointee.detached = 1
        guard unsafe FCGX_Accept_r(request) == 0 else {
            unsafe request.deallocate()  // Accept has freed the streams and closed the descriptor
            throw .refusedByLibrary
        }
        // Accept succeeds for a request that ends between two parameters; only the stream has the error.
        guard unsafe FCGX_GetError(request.pointee.in) == 0 else {
            unsafe FCGX_Free(request, 1)  // frees the streams, closes the descriptor, writes nothing
            unsafe request.deallocate()
            throw .refusedByLibrary
        }
        unsafe self.request = unsafe request
    }

    deinit {
        // Not answered: closes without a response. FCGX_Finish_r would send an empty one.
        if isOpen { unsafe FCGX_Free(request, 1) }
        unsafe request.deallocate()
    }

    /// The descriptor of the connection; nil after ``finish(_:keep:)``.
    var descriptor: Int32? { isOpen ? unsafe request.pointee.ipcFd : nil }

    /// Reads STDIN to its end, which must have arrived: bytes that are left unread could be read as the next request.
    /// - Returns: the first `maximum` bytes of the body; nil if libfcgi could not read it to its end.
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

    /// Sends a response, which begins with its status, and the end of the request, in one write if they fit into
    /// libfcgi's 8 KiB.
    /// - Returns: the descriptor and its ownership, if it is to be kept and everything was sent; else it is closed.
    mutating func finish(_ answer: Span<UInt8>, keep: Bool) -> Int32? {
        precondition(isOpen)
        isOpen = false
        unsafe SendTimeout.set(on: request.pointee.ipcFd, for: answer.count)
        FastCGIReply.statusName.withUTF8Buffer { name in
            let start = unsafe UnsafeRawPointer(name.baseAddress)?.assumingMemoryBound(to: CChar.self)
            unsafe _ = FCGX_PutStr(start, Int32(name.count), request.pointee.out)
        }
        unsafe answer.withUnsafeBytes { bytes in
            let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            unsafe _ = FCGX_PutStr(start, Int32(bytes.count), request.pointee.out)
        }
        unsafe request.pointee.keepConnection = keep ? 1 : 0
        // Frees the streams, and closes the descriptor unless it is kept and nothing failed.
        unsafe FCGX_Finish_r(request)
        let descriptor = unsafe request.pointee.ipcFd
        return descriptor >= 0 ? descriptor : nil
    }
}
