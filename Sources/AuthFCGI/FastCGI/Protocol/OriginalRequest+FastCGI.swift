extension OriginalRequest {
    /// Reads the facts from the parameters of a FastCGI request.
    /// - Parameter request: a request that ``FastCGIScanner`` has found complete.
    init(fastCGI request: Span<UInt8>) {
        // The name-value pairs without the record headers between them (FastCGI specification, section 3.4).
        let pairs = unsafe [UInt8](unsafeUninitializedCapacity: request.count) { buffer, count in
            var writer = unsafe ByteWriter(buffer)
            var offset = 0
            while true {
                let header = FastCGIRecordHeader(request, at: offset)
                let start = offset + FastCGIRecordHeader.size
                let end = start + header.contentBytes
                offset = end + header.paddingBytes
                guard header.type == .parameters else { continue }
                guard header.contentBytes > 0 else { break }
                writer.append(request.extracting(start..<end))
            }
            count = writer.count
        }
        self.init(pairs)
        let bytes = pairs.span
        var next = 0
        while next < bytes.count {
            let nameLength = Self.length(bytes, &next)
            let valueLength = Self.length(bytes, &next)
            let value = next + nameLength..<next + nameLength + valueLength
            if let fact = Fact(parameterName: bytes.extracting(next..<value.lowerBound)) { add(fact, at: value) }
            next = value.upperBound
        }
    }

    /// Reads a length and moves `offset` behind it. Lengths below 128 have one byte, others four with the highest bit
    /// set.
    @inline(__always)
    private static func length(_ bytes: Span<UInt8>, _ offset: inout Int) -> Int {
        let first = bytes[offset]
        offset += 1
        guard first >= 0x80 else { return Int(first) }
        defer { offset += 3 }
        return Int(first & 0x7f) << 24 | Int(bytes[offset]) << 16 | Int(bytes[offset + 1]) << 8
            | Int(bytes[offset + 2])
    }
}
