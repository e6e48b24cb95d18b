internal import CFastCGI
internal import Glibc

/// The owner of one FCGX_Request and, while it lives, of the connection's descriptor.
///
/// libfcgi keeps the struct's address in its streams, so it lies at an address of its own from the beginning to the
/// end of a request. It is made anew for each request, because libfcgi carries some of its fields over.
@safe
struct FastCGIRequest: ~Copyable {
    private let request: UnsafeMutablePointer<FCGX_Request>

    /// Whether the streams and the parameters are there.
    private var isOpen = true

    /// The last value of each ``CheckParameter``, and how many there are. They live until the request is finished.
    private var checkValues = unsafe InlineArray<5, UnsafePointer<CChar>?>(repeating: nil)
    private var checkCounts = InlineArray<5, Int>(repeating: 0)

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
        findCheckParameters()
    }

    private mutating func findCheckParameters() {
        guard var entry = unsafe request.pointee.envp else { return }
        while let text = unsafe entry.pointee {
            let first = unsafe UInt8(bitPattern: text.pointee)
            switch first {
            case UInt8(ascii: "A"): unsafe take(text, as: .require)
            case UInt8(ascii: "H"):
                unsafe take(text, as: .authorization)
                unsafe take(text, as: .cookie)
            case UInt8(ascii: "P"): unsafe take(text, as: .pathInfo)
            case UInt8(ascii: "S"): unsafe take(text, as: .scriptName)
            default: break
            }
            unsafe entry += 1
        }
    }

    /// Notes an entry if it has the parameter's name.
    @inline(__always)
    private mutating func take(_ entry: UnsafePointer<CChar>, as parameter: CheckParameter) {
        guard let value = unsafe Self.value(entry, ifNamed: parameter.name) else { return }
        unsafe checkValues[parameter.rawValue] = unsafe value
        checkCounts[parameter.rawValue] += 1
    }

    /// The value of an entry `NAME=value` if it has this name.
    @inline(__always)
    private static func value(_ entry: UnsafePointer<CChar>, ifNamed name: StaticString) -> UnsafePointer<CChar>? {
        let length = name.utf8CodeUnitCount
        let start = unsafe UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
        guard unsafe strncmp(start, entry, length) == 0,
            unsafe entry[length] == CChar(bitPattern: UInt8(ascii: "="))
        else { return nil }
        return unsafe entry + length + 1
    }

    /// The last value of a parameter, and how often it came.
    func values(of parameter: CheckParameter) -> (last: UnsafePointer<CChar>?, count: Int) {
        guard isOpen else { return (nil, 0) }
        return unsafe (checkValues[parameter.rawValue], checkCounts[parameter.rawValue])
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

    /// Calls `body` with the value of each parameter of that name, in the order they came.
    @inline(__always)
    func forEachValue(of name: StaticString, _ body: (UnsafePointer<CChar>) -> Void) {
        guard isOpen, var entry = unsafe request.pointee.envp else { return }
        // "NAME=value" C strings up to a null pointer; they live until the request is finished.
        while let text = unsafe entry.pointee {
            if let value = unsafe Self.value(text, ifNamed: name) { unsafe body(value) }
            unsafe entry += 1
        }
    }

    /// The value of the last parameter of that name; it lives until the request is finished. The last, because an nginx
    /// location includes the usual parameters and sets its own behind them, and nginx then passes both.
    @inline(__always)
    func lastValue(of name: StaticString) -> UnsafePointer<CChar>? {
        var last: UnsafePointer<CChar>?
        unsafe forEachValue(of: name) { unsafe last = unsafe $0 }
        return unsafe last
    }

    /// Sends `answer` and the end of the request, in one write as long as they fit into libfcgi's 8 KiB.
    /// - Returns: the descriptor, when it is to be kept and sending worked; otherwise it is closed.
    mutating func finish(_ answer: Span<UInt8>, keep: Bool) -> Int32? {
        precondition(isOpen)
        isOpen = false
        if answer.count > 32 * 1024 {
            // What exceeds the socket's buffer waits for the peer: not for long.
            var limit = timeval(tv_sec: 0, tv_usec: 200_000)
            unsafe setsockopt(
                request.pointee.ipcFd, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
        unsafe answer.withUnsafeBytes { bytes in
            let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            unsafe _ = FCGX_PutStr(start, Int32(bytes.count), request.pointee.out)
        }
        unsafe request.pointee.keepConnection = keep ? 1 : 0
        // Frees the streams and the parameters; closes the descriptor unless it is kept and nothing went wrong.
        unsafe FCGX_Finish_r(request)
        let descriptor = unsafe request.pointee.ipcFd
        return descriptor >= 0 ? descriptor : nil
    }
}
