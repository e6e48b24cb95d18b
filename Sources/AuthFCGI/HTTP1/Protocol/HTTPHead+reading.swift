internal import EventLoop

/// The lines of a head (RFC 9112, sections 3 and 5). Each position is one in the bytes of the request.
extension HTTPHead {
    /// The longest number of digits in Content-Length, far above the limit of a body.
    private static let lengthDigits = 15

    // MARK: Request line

    /// Reads `METHOD TARGET VERSION`.
    mutating func readRequestLine(_ bytes: borrowing Span<UInt8>, _ line: Range<Int>) throws(HTTPRefusal) {
        let text = bytes.extracting(line)
        let start = line.lowerBound
        guard let first = text.firstIndex(of: HTTPSyntax.space),
            let second = text.firstIndex(of: HTTPSyntax.space, from: first + 1),
            HTTPSyntax.consists(text.extracting(0..<first), of: HTTPSyntax.token)
        else { throw .requestLine }
        try readVersion(text.extracting(second + 1..<text.count))
        guard HTTPSyntax.isTarget(text.extracting(first + 1..<second)) else { throw .target }
        isHead = text.extracting(0..<first).equals("HEAD")
        facts.add(.method, at: start..<start + first)
        try readTarget(bytes, start + first + 1..<start + second)
    }

    private mutating func readVersion(_ text: borrowing Span<UInt8>) throws(HTTPRefusal) {
        if text.equals("HTTP/1.1") { return }
        guard !text.equals("HTTP/1.0") else {
            isHTTP10 = true
            return
        }
        guard text.count == 8, text.extracting(0..<5).equals("HTTP/"), text[5].isASCIIDigit,
            text[6] == UInt8(ascii: "."), text[7].isASCIIDigit
        else { throw .requestLine }
        throw .version
    }

    /// Reads a path with or without a query, or a URL. The other two forms are for proxies and for OPTIONS.
    private mutating func readTarget(_ bytes: borrowing Span<UInt8>, _ target: Range<Int>) throws(HTTPRefusal) {
        var path = target
        if bytes[target.lowerBound] != UInt8(ascii: "/") {
            guard let authority = Self.authority(bytes.extracting(target)) else { throw .target }
            let start = target.lowerBound + authority.lowerBound
            targetHost = start..<start + authority.count
            path = start + authority.count..<target.upperBound
        }
        guard let mark = bytes.extracting(path).firstIndex(of: UInt8(ascii: "?")) else {
            return facts.add(.path, at: path)
        }
        facts.add(.path, at: path.lowerBound..<path.lowerBound + mark)
        facts.add(.query, at: path.lowerBound + mark + 1..<path.upperBound)
    }

    /// Returns the position of the host and port in a URL; nil for any other target, and for a URL with user information.
    private static func authority(_ target: borrowing Span<UInt8>) -> Range<Int>? {
        var start = 0
        if target.count > 7, target.extracting(0..<7).equals(ignoringCaseOf: "http://") { start = 7 }
        if target.count > 8, target.extracting(0..<8).equals(ignoringCaseOf: "https://") { start = 8 }
        guard start > 0 else { return nil }
        var end = start
        while end < target.count, target[end] != UInt8(ascii: "/"), target[end] != UInt8(ascii: "?") { end += 1 }
        return HTTPHost.isValid(target.extracting(start..<end)) ? start..<end : nil
    }

    // MARK: Fields

    /// Reads a header.
    mutating func readField(_ bytes: borrowing Span<UInt8>, _ line: Range<Int>) throws(HTTPRefusal) {
        let (name, value) = try Self.split(bytes, line)
        switch HTTPField(name: bytes.extracting(name)) {
        case nil: break
        // If it is empty, the header Host counts.
        case .fact(.host)?: if !value.isEmpty { facts.add(.host, at: value) }
        case .fact(let fact)?: facts.add(fact, at: value)
        case .host?:
            host = value
            hostCount += 1
        case .connection?: readConnection(bytes, value)
        case .contentLength?: try readLength(bytes, value)
        case .transferEncoding?:
            guard !isChunked else { throw .severalCodings }
            guard bytes.extracting(value).equals(ignoringCaseOf: "chunked") else { throw .coding }
            isChunked = true
        case .expect?:
            let isKnown = bytes.extracting(value).equals(ignoringCaseOf: "100-continue")
            if isKnown { expectsContinue = true } else { hasOtherExpectation = true }
        case .forwardedFor?: forwardedFor.add(value)
        }
    }

    /// Returns the positions of a header's name and value.
    static func split(
        _ bytes: borrowing Span<UInt8>, _ line: Range<Int>
    ) throws(HTTPRefusal) -> (name: Range<Int>, value: Range<Int>) {
        let text = bytes.extracting(line)
        guard !HTTPSyntax.isSpace(text[0]) else { throw .foldedField }
        guard let colon = text.firstIndex(of: UInt8(ascii: ":")) else { throw .fieldWithoutColon }
        // A space before the colon is no part of a token either.
        guard HTTPSyntax.consists(text.extracting(0..<colon), of: HTTPSyntax.token) else { throw .fieldName }
        let name = line.lowerBound..<line.lowerBound + colon
        let value = HTTPSyntax.trimmed(bytes, name.upperBound + 1..<line.upperBound)
        guard HTTPSyntax.isFieldValue(bytes.extracting(value)) else { throw .fieldValue }
        return (name, value)
    }

    private mutating func readLength(_ bytes: borrowing Span<UInt8>, _ value: Range<Int>) throws(HTTPRefusal) {
        guard contentLength == nil else { throw .severalLengths }
        guard 1...Self.lengthDigits ~= value.count else { throw .length }
        var length = 0
        for index in value {
            guard bytes[index].isASCIIDigit else { throw .length }
            length = length * 10 + Int(bytes[index] &- UInt8(ascii: "0"))
        }
        contentLength = length
    }

    /// Reads the words of Connection (RFC 9110, section 7.6.1). Others than these two have no meaning here.
    private mutating func readConnection(_ bytes: borrowing Span<UInt8>, _ value: Range<Int>) {
        var start = value.lowerBound
        while start < value.upperBound {
            let list = bytes.extracting(start..<value.upperBound)
            let end = start + (list.firstIndex(of: UInt8(ascii: ",")) ?? list.count)
            let word = bytes.extracting(HTTPSyntax.trimmed(bytes, start..<end))
            if word.equals(ignoringCaseOf: "close") { asksToClose = true }
            if word.equals(ignoringCaseOf: "keep-alive") { asksToKeep = true }
            start = end + 1
        }
    }

    // MARK: End

    /// Checks what concerns several headers.
    /// - Parameter position: the position behind the empty line.
    mutating func end(_ bytes: borrowing Span<UInt8>, at position: Int) throws(HTTPRefusal) {
        size = position
        guard hostCount > 0 || isHTTP10 else { throw .noHost }
        guard hostCount < 2 else { throw .severalHosts }
        if let host, !host.isEmpty, !HTTPHost.isValid(bytes.extracting(host)) { throw .host }
        if let host, let targetHost, !Self.isSame(bytes, host, targetHost) { throw .otherHost }
        guard !isChunked || contentLength == nil else { throw .lengthAndCoding }
        guard !isChunked || !isHTTP10 else { throw .codingInHTTP10 }
        guard !hasOtherExpectation || isHTTP10 else { throw .expectation }
        // X-Forwarded-Host takes precedence.
        if facts.count(of: .host) == 0, let host = host ?? targetHost { facts.add(.host, at: host) }
    }

    private static func isSame(_ bytes: borrowing Span<UInt8>, _ one: Range<Int>, _ other: Range<Int>) -> Bool {
        guard one.count == other.count else { return false }
        for (a, b) in zip(one, other) where bytes[a].asciiLowercased != bytes[b].asciiLowercased { return false }
        return true
    }
}
