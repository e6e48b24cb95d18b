internal import Glibc

/// Checks the name-value pairs of a request's parameters (FastCGI specification, section 3.4), which may be split over
/// records at any byte, and reads CONTENT_LENGTH. Stores and allocates nothing else.
struct FastCGIParameterScanner {
    /// The maximum size of all parameters together. nginx sends at most 65,535 bytes.
    static let maxBytes = 64 * 1024

    private enum Phase { case nameLength, valueLength, name, value }

    /// The last CONTENT_LENGTH, as the last value of every parameter counts; 0 if it is absent or empty.
    private(set) var contentLength = 0

    private var phase = Phase.nameLength
    private var bytesRead = 0

    /// The length that is being read, and the number of its bytes that are missing.
    private var length = 0
    private var lengthBytesLeft = 0

    private var nameLength = 0
    private var valueLength = 0
    /// The number of bytes of the name or value that were read.
    private var seen = 0
    private var isContentLength = false
    private var number = 0

    private static let contentLengthName: StaticString = "CONTENT_LENGTH"

    /// Reads the content of one record.
    mutating func read(_ bytes: Span<UInt8>) throws(FastCGIFault) {
        bytesRead += bytes.count
        guard bytesRead <= Self.maxBytes else { throw .parametersTooLong }
        var index = 0
        while index < bytes.count {
            if phase == .nameLength, lengthBytesLeft == 0, let end = try readShortPair(bytes, at: index) {
                index = end
                continue
            }
            switch phase {
            case .nameLength:
                guard let length = readLength(bytes[index]) else {
                    index += 1
                    continue
                }
                index += 1
                nameLength = length
                phase = .valueLength
            case .valueLength:
                guard let length = readLength(bytes[index]) else {
                    index += 1
                    continue
                }
                index += 1
                valueLength = length
                // libfcgi would allocate as much as the lengths announce.
                guard nameLength <= Self.maxBytes, nameLength + valueLength <= Self.maxBytes else {
                    throw .parametersTooLong
                }
                beginPair()
            case .name:
                let end = min(bytes.count, index + nameLength - seen)
                try readName(bytes.extracting(index..<end))
                index = end
            case .value:
                let end = min(bytes.count, index + valueLength - seen)
                try readValue(bytes.extracting(index..<end))
                index = end
            }
        }
    }

    /// Reads a pair of short lengths that lies completely in this record, the usual case, in fewer steps.
    /// - Returns: the end of the pair; nil in any other case and if it may be CONTENT_LENGTH.
    @inline(__always)
    private func readShortPair(_ bytes: Span<UInt8>, at index: Int) throws(FastCGIFault) -> Int? {
        guard bytes.count - index >= 2 else { return nil }
        let (nameLength, valueLength) = (Int(bytes[index]), Int(bytes[index + 1]))
        let name = index + 2
        let end = name + nameLength + valueLength
        guard nameLength < 0x80, valueLength < 0x80, nameLength != Self.contentLengthName.utf8CodeUnitCount,
            end <= bytes.count
        else { return nil }
        guard !bytes.extracting(name..<end).contains(0),
            !bytes.extracting(name..<name + nameLength).contains(UInt8(ascii: "="))
        else { throw .badParameter }
        return end
    }

    /// Ends the parameters: the last pair must be complete.
    func end() throws(FastCGIFault) {
        guard phase == .nameLength, lengthBytesLeft == 0 else { throw .parametersCutShort }
    }

    /// Reads one byte of a length. Lengths below 128 have one byte, others four with the highest bit set.
    /// - Returns: the length once it is complete.
    @inline(__always)
    private mutating func readLength(_ byte: UInt8) -> Int? {
        if lengthBytesLeft == 0 {
            if byte < 0x80 { return Int(byte) }
            length = Int(byte & 0x7f)
            lengthBytesLeft = 3
            return nil
        }
        length = length << 8 | Int(byte)
        lengthBytesLeft -= 1
        return lengthBytesLeft == 0 ? length : nil
    }

    private mutating func beginPair() {
        seen = 0
        number = 0
        isContentLength = nameLength == Self.contentLengthName.utf8CodeUnitCount
        phase = .name
        if nameLength == 0 { beginValue() }
    }

    private mutating func beginValue() {
        seen = 0
        phase = .value
        if valueLength == 0 { endPair() }
    }

    private mutating func endPair() {
        if isContentLength { contentLength = number }
        phase = .nameLength
    }

    private mutating func readName(_ part: Span<UInt8>) throws(FastCGIFault) {
        // libfcgi stores "name=value" as a C string, in which these two bytes would make another parameter.
        guard !part.contains(0), !part.contains(UInt8(ascii: "=")) else { throw .badParameter }
        if isContentLength { isContentLength = part.equals(Self.contentLengthName, from: seen) }
        seen += part.count
        if seen == nameLength { beginValue() }
    }

    private mutating func readValue(_ part: Span<UInt8>) throws(FastCGIFault) {
        guard !part.contains(0) else { throw .badParameter }
        if isContentLength {
            for index in part.indices {
                let digit = part[index] &- UInt8(ascii: "0")
                guard digit <= 9 else { throw .badContentLength }
                // Far above the limit the exact value does not matter, and must not overflow.
                if number < 1 << 40 { number = number * 10 + Int(digit) }
            }
        }
        seen += part.count
        if seen == valueLength { endPair() }
    }
}
