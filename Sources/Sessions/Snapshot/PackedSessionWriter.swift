internal import EventLoop

/// The writer of a ``PackedSession``, in the order of its layout.
struct PackedSessionWriter {
    private var bytes: [UInt8] = []
    private var isPlain = true

    /// Starts a session.
    /// - Parameters:
    ///   - id: The session's id, 16 bytes.
    ///   - createdAt: The time of the session's creation.
    ///   - expiresAt: The time of the session's end.
    ///   - idleTimeout: The idle timeout in seconds, 0 for none.
    ///   - size: The approximate number of bytes of the texts.
    init(
        id: UnsafeRawBufferPointer, createdAt: DatabaseInstant, expiresAt: DatabaseInstant, idleTimeout: UInt32,
        size: Int
    ) {
        bytes.reserveCapacity(37 + size)
        bytes.append(PackedSession.format)
        unsafe bytes.append(contentsOf: id)
        append(UInt64(bitPattern: createdAt.microseconds), bytes: 8)
        append(UInt64(bitPattern: expiresAt.microseconds), bytes: 8)
        append(UInt64(idleTimeout), bytes: 4)
    }

    mutating func append(text: UnsafeRawBufferPointer) {
        append(number: text.count)
        isPlain = unsafe isPlain && Self.isPlain(text)
        unsafe bytes.append(contentsOf: text)
    }

    mutating func append(number: Int) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private mutating func append(_ value: UInt64, bytes count: Int) {
        for index in 0..<count { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * UInt64(index)))) }
    }

    func finish() -> PackedSession {
        var bytes = bytes
        if isPlain { bytes[0] = PackedSession.plainFormat }
        return PackedSession(bytes: bytes)
    }

    private static func isPlain(_ text: UnsafeRawBufferPointer) -> Bool {
        let space = UInt8(ascii: " ")
        guard unsafe text.first != space, unsafe text.last != space else { return false }
        return unsafe text.allSatisfy { byte in
            (byte.isASCIIVisible || byte == space) && byte != UInt8(ascii: "%") && byte != UInt8(ascii: ",")
        }
    }
}
