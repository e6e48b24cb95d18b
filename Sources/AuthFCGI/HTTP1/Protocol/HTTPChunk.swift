internal import EventLoop

/// The line before a chunk (RFC 9112, section 7.1).
enum HTTPChunk {
    /// Returns the size that the line says; nil if it says none. Extensions are ignored.
    static func size(_ bytes: borrowing Span<UInt8>, _ line: Range<Int>) -> Int? {
        var size = 0
        var index = line.lowerBound
        while index < line.upperBound, let digit = bytes[index].hexDigitValue {
            guard index - line.lowerBound < HTTPLimits.chunkDigits else { return nil }
            size = size << 4 | Int(digit)
            index += 1
        }
        guard index > line.lowerBound else { return nil }
        if index == line.upperBound { return size }
        let rest = bytes.extracting(index..<line.upperBound)
        return bytes[index] == UInt8(ascii: ";") && isExtension(rest) ? size : nil
    }

    /// Extensions are ASCII without control characters but tabs: others could be the end of the line to another reader.
    private static func isExtension(_ bytes: borrowing Span<UInt8>) -> Bool {
        for index in bytes.indices where bytes[index] >= 0x80 { return false }
        return HTTPSyntax.isFieldValue(bytes)
    }
}
