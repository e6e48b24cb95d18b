/// Reads a request from the bytes that have arrived, which may be cut anywhere (RFC 9112). Pure: it keeps positions, and the
/// bytes are passed in from the request's first one each time. No byte is looked at more than a few times.
///
/// Whatever two readers could understand differently is refused, also where the specification lets a server guess.
struct HTTPRequestScanner {
    enum Verdict: Equatable {
        /// More must arrive.
        case incomplete
        case complete
        /// The request must be refused, whatever else arrives.
        case refused(HTTPRefusal)
    }

    /// The part of the request that is being read.
    enum Phase: Equatable {
        case requestLine
        case fields
        /// A body of the length in Content-Length.
        case content
        case chunkSize
        case chunk(bytesLeft: Int)
        /// The end of a chunk's line.
        case chunkEnd
        case trailers
        /// The request is complete; its last byte is the one before ``position``.
        case end
        case refused(HTTPRefusal)
    }

    private let maxBody: Int
    private(set) var phase = Phase.requestLine
    private(set) var head = HTTPHead()
    /// What has arrived of the body.
    private(set) var content: [UInt8] = []
    /// True if the body is longer than the limit. The request then counts as complete without it.
    private(set) var bodyIsTooLong = false
    /// The position of the first byte that belongs to no part that was read.
    private(set) var position = 0

    /// The position up to which the end of a line was looked for.
    private var searched = 0
    private var fieldCount = 0
    private var trailersStart = 0

    /// - Parameter maxBody: the maximum length of a body, in bytes.
    init(maxBody: Int) {
        self.maxBody = maxBody
    }

    /// The body of a request that is complete.
    var body: RequestBody { bodyIsTooLong ? .tooLong : .whole(content) }

    /// True if another request may follow on the connection.
    var keepsConnection: Bool { head.keepsConnection && !bodyIsTooLong }

    /// True if the client waits for a word of the server before it sends the body (RFC 9110, section 10.1.1).
    /// - Parameter count: the number of bytes of the request that have arrived.
    func awaitsContinue(after count: Int) -> Bool {
        switch phase {
        case .content, .chunkSize: head.expectsContinue && !head.isHTTP10 && count == head.size
        case .requestLine, .fields, .chunk, .chunkEnd, .trailers, .end, .refused: false
        }
    }

    /// Reads on.
    /// - Parameter bytes: everything that has arrived from the first byte of the request on; bytes of a next request may
    ///   follow.
    mutating func scan(_ bytes: borrowing Span<UInt8>) -> Verdict {
        do throws(HTTPRefusal) {
            while try readPart(bytes) {}
        } catch {
            phase = .refused(error)
        }
        switch phase {
        case .end: return .complete
        case .refused(let refusal): return .refused(refusal)
        case .requestLine, .fields, .content, .chunkSize, .chunk, .chunkEnd, .trailers: return .incomplete
        }
    }

    /// Reads the next part.
    /// - Returns: false if it has not arrived, or if there is none.
    private mutating func readPart(_ bytes: borrowing Span<UInt8>) throws(HTTPRefusal) -> Bool {
        switch phase {
        case .requestLine: return try readRequestLine(bytes)
        case .fields: return try readField(bytes)
        case .content: return readContent(bytes)
        case .chunkSize: return try readChunkSize(bytes)
        case .chunk(let bytesLeft): return readChunk(bytes, bytesLeft)
        case .chunkEnd: return try readChunkEnd(bytes)
        case .trailers: return try readTrailer(bytes)
        case .end, .refused: return false
        }
    }

    /// Returns the next line without its end, and moves behind it; nil if it has not arrived completely.
    private mutating func line(_ bytes: borrowing Span<UInt8>) throws(HTTPRefusal) -> Range<Int>? {
        guard let lineFeed = bytes.firstIndex(of: HTTPSyntax.lineFeed, from: searched) else {
            searched = bytes.count
            return nil
        }
        guard lineFeed > position, bytes[lineFeed - 1] == HTTPSyntax.carriageReturn else { throw .bareLineFeed }
        defer {
            position = lineFeed + 1
            searched = position
        }
        return position..<lineFeed - 1
    }

    // MARK: Head

    private mutating func readRequestLine(_ bytes: borrowing Span<UInt8>) throws(HTTPRefusal) -> Bool {
        guard let line = try line(bytes) else {
            guard bytes.count <= HTTPLimits.requestLine else { throw .requestLineTooLong }
            return false
        }
        guard position <= HTTPLimits.requestLine else { throw .requestLineTooLong }
        try head.readRequestLine(bytes, line)
        phase = .fields
        return true
    }

    private mutating func readField(_ bytes: borrowing Span<UInt8>) throws(HTTPRefusal) -> Bool {
        guard let line = try line(bytes) else {
            guard bytes.count <= HTTPLimits.head else { throw .headTooLarge }
            return false
        }
        guard position <= HTTPLimits.head else { throw .headTooLarge }
        guard line.isEmpty else {
            fieldCount += 1
            guard fieldCount <= HTTPLimits.fields else { throw .tooManyFields }
            try head.readField(bytes, line)
            return true
        }
        try head.end(bytes, at: position)
        beginBody()
        return true
    }

    private mutating func beginBody() {
        if head.isChunked {
            phase = .chunkSize
        } else if let length = head.contentLength, length > 0 {
            bodyIsTooLong = length > maxBody
            phase = bodyIsTooLong ? .end : .content
        } else {
            phase = .end
        }
    }

    // MARK: Body

    private mutating func readContent(_ bytes: borrowing Span<UInt8>) -> Bool {
        guard let length = head.contentLength, bytes.count - position >= length else { return false }
        content.append(bytes: bytes.extracting(position..<position + length))
        position += length
        phase = .end
        return true
    }

    private mutating func readChunkSize(_ bytes: borrowing Span<UInt8>) throws(HTTPRefusal) -> Bool {
        let start = position
        guard let line = try line(bytes) else {
            guard bytes.count - start <= HTTPLimits.chunkLine else { throw .chunkSize }
            return false
        }
        guard line.count <= HTTPLimits.chunkLine, let size = HTTPChunk.size(bytes, line) else { throw .chunkSize }
        guard position - head.size <= HTTPLimits.chunkedBody else { throw .chunkOverhead }
        if size == 0 {
            trailersStart = position
            fieldCount = 0
            phase = .trailers
        } else if content.count + size > maxBody {
            bodyIsTooLong = true
            content = []
            phase = .end
        } else {
            phase = .chunk(bytesLeft: size)
        }
        return true
    }

    private mutating func readChunk(_ bytes: borrowing Span<UInt8>, _ bytesLeft: Int) -> Bool {
        let count = min(bytesLeft, bytes.count - position)
        content.append(bytes: bytes.extracting(position..<position + count))
        position += count
        searched = position
        phase = count == bytesLeft ? .chunkEnd : .chunk(bytesLeft: bytesLeft - count)
        return count == bytesLeft
    }

    private mutating func readChunkEnd(_ bytes: borrowing Span<UInt8>) throws(HTTPRefusal) -> Bool {
        if bytes.count > position, bytes[position] != HTTPSyntax.carriageReturn { throw .chunkEnd }
        guard bytes.count > position + 1 else { return false }
        guard bytes[position + 1] == HTTPSyntax.lineFeed else { throw .chunkEnd }
        position += 2
        searched = position
        phase = .chunkSize
        return true
    }

    /// Reads a trailer, which has no meaning here.
    private mutating func readTrailer(_ bytes: borrowing Span<UInt8>) throws(HTTPRefusal) -> Bool {
        guard let line = try line(bytes) else {
            guard bytes.count - trailersStart <= HTTPLimits.trailers else { throw .trailers }
            return false
        }
        guard position - trailersStart <= HTTPLimits.trailers else { throw .trailers }
        guard line.isEmpty else {
            fieldCount += 1
            guard fieldCount <= HTTPLimits.trailerFields else { throw .trailers }
            _ = try HTTPHead.split(bytes, line)
            return true
        }
        phase = .end
        return true
    }
}
