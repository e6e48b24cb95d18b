internal import EventLoop

/// The sealing of snapshots for storage where others can write, and their opening. Only a snapshot that a worker
/// sealed, for the same session, can be opened.
///
/// Layout: the format's number (1), the generation of the key (4 bytes), as_of and the server's start (8 bytes each, as
/// ``DatabaseInstant``), all little-endian; the ``PackedSession``; and 16 bytes of HMAC-SHA256 over the token's hash
/// and all preceding bytes.
enum SnapshotSeal {
    private static let format: UInt8 = 1
    private static let headerSize = 21
    private static let codeSize = 16
    /// The maximum length that is read. The size of a session is bounded far below it.
    private static let maxBytes = 64 << 10

    /// Returns the sealed form of a snapshot, under the key for new seals.
    static func seal(_ snapshot: SessionSnapshot, on hash: SHA256Digest, with keys: SealKeys) -> [UInt8] {
        let session = snapshot.session.bytes
        let key = keys.sealing
        var bytes: [UInt8] = []
        bytes.reserveCapacity(headerSize + session.count + codeSize)
        bytes.append(format)
        append(UInt64(key.generation), bytes: 4, to: &bytes)
        append(UInt64(bitPattern: snapshot.asOf.microseconds), bytes: 8, to: &bytes)
        append(UInt64(bitPattern: snapshot.origin.startedAt.microseconds), bytes: 8, to: &bytes)
        bytes.append(contentsOf: session)
        let code = key.authenticator.code(hash, bytes.span)
        unsafe code.withBytes { unsafe bytes.append(contentsOf: $0.prefix(codeSize)) }
        return bytes
    }

    /// Opens a sealed snapshot.
    /// - Returns: Nil if no worker sealed the bytes for this session with a key that is still accepted.
    static func open(_ bytes: [UInt8], on hash: SHA256Digest, with keys: SealKeys) -> SessionSnapshot? {
        let end = bytes.count - codeSize
        guard end > headerSize, bytes.count <= maxBytes, bytes[0] == format,
            let key = keys.key(UInt32(truncatingIfNeeded: number(bytes, at: 1, bytes: 4)))
        else { return nil }
        let code = key.authenticator.code(hash, bytes.span.extracting(..<end))
        var difference: UInt8 = 0
        unsafe code.withBytes { code in
            for index in 0..<codeSize { unsafe difference |= code[index] ^ bytes[end + index] }
        }
        guard difference == 0, let session = PackedSession(checking: bytes[headerSize..<end]) else { return nil }
        let asOf = DatabaseInstant(microseconds: Int64(bitPattern: number(bytes, at: 5, bytes: 8)))
        let origin = DatabaseInstant(microseconds: Int64(bitPattern: number(bytes, at: 13, bytes: 8)))
        return SessionSnapshot(session: session, asOf: asOf, origin: ServerIncarnation(startedAt: origin))
    }

    private static func append(_ value: UInt64, bytes count: Int, to bytes: inout [UInt8]) {
        for index in 0..<count { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * UInt64(index)))) }
    }

    private static func number(_ bytes: [UInt8], at offset: Int, bytes count: Int) -> UInt64 {
        var value: UInt64 = 0
        for index in 0..<count { value |= UInt64(bytes[offset + index]) << (8 * UInt64(index)) }
        return value
    }
}
