internal import EventLoop

/// What a look-up's result says, read in binary form.
enum SessionRow {
    /// The hash that the row answers for; nil when the row has another shape than the statement's.
    static func hash(_ result: borrowing PostgreSQLResult, row: Int) -> SHA256Digest? {
        unsafe result.withBytes(row, SessionColumn.hash.rawValue) { bytes in
            unsafe bytes.withMemoryRebound(to: UInt8.self) { unsafe SHA256Digest($0.span) }
        }
    }

    /// Which row answers for which look-up, in the look-ups' order; nil where there is none. A row for a hash that nobody
    /// asked for belongs to another question.
    @EventLoop
    static func rows(
        _ result: borrowing PostgreSQLResult, for batch: [LookUp]
    ) throws(PostgreSQLError) -> [Int?] {
        // Searched one by one: a batch is small, and a dictionary would cost more than all the comparing.
        var hashes: [SHA256Digest] = []
        for row in 0..<result.rowCount {
            guard let hash = hash(result, row: row) else { throw .confusion("a session's hash cannot be read") }
            hashes.append(hash)
        }
        var isAskedFor = [Bool](repeating: false, count: hashes.count)
        var rows: [Int?] = []
        rows.reserveCapacity(batch.count)
        for lookUp in batch {
            let row = hashes.firstIndex(of: lookUp.hash)
            if let row { isAskedFor[row] = true }
            rows.append(row)
        }
        guard !isAskedFor.contains(false) else { throw .confusion("the answer belongs to another question") }
        return rows
    }

    /// What the row says of the session, when it is alive: nil when there is none, or when it has ended.
    static func snapshot(
        _ result: borrowing PostgreSQLResult, row: Int, origin: ServerIncarnation
    ) throws(PostgreSQLError) -> SessionSnapshot? {
        guard let expires = result.binaryInteger(row, SessionColumn.liveUntil.rawValue) else { return nil }
        guard let created = result.binaryInteger(row, SessionColumn.createdAt.rawValue),
            let asOf = result.binaryInteger(row, SessionColumn.asOf.rawValue),
            let session = packed(
                result, row, DatabaseInstant(microseconds: created), DatabaseInstant(microseconds: expires))
        else { throw .confusion("a session's row cannot be read") }
        return SessionSnapshot(session: session, asOf: DatabaseInstant(microseconds: asOf), origin: origin)
    }

    private static func packed(
        _ result: borrowing PostgreSQLResult, _ row: Int, _ created: DatabaseInstant, _ expires: DatabaseInstant
    ) -> PackedSession? {
        let idle = unsafe result.withBytes(row, SessionColumn.idleTimeout.rawValue) { unsafe seconds(interval: $0) }
        // The texts, each with a byte or two for its length.
        var size = 12
        for column in SessionColumn.userID.rawValue...SessionColumn.email.rawValue {
            size += result.byteCount(row, column)
        }
        let writer: PackedSessionWriter? = unsafe result.withBytes(row, SessionColumn.id.rawValue) { id in
            id.count == 16
                ? unsafe PackedSessionWriter(
                    id: id, createdAt: created, expiresAt: expires, idleTimeout: idle, size: size) : nil
        }
        guard var writer else { return nil }
        append(result, row, .username, to: &writer)
        let areGroups = unsafe result.withBytes(row, SessionColumn.groups.rawValue) {
            unsafe append(groups: $0, to: &writer)
        }
        guard areGroups else { return nil }
        append(result, row, .name, to: &writer)
        append(result, row, .email, to: &writer)
        append(result, row, .userID, to: &writer)
        return writer.finish()
    }

    private static func append(
        _ result: borrowing PostgreSQLResult, _ row: Int, _ column: SessionColumn,
        to writer: inout PackedSessionWriter
    ) {
        unsafe result.withBytes(row, column.rawValue) { unsafe writer.append(text: $0) }
    }

    /// The whole seconds of an interval in its binary form: microseconds (8 bytes), days and months (4 each); a month has
    /// 30 days. 0 for NULL, and at least 1 otherwise.
    private static func seconds(interval bytes: UnsafeRawBufferPointer) -> UInt32 {
        guard bytes.count == 16 else { return 0 }
        let microseconds = unsafe Int64(bigEndian: bytes.loadUnaligned(as: Int64.self))
        let days = unsafe Int64(Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: Int32.self)))
        let months = unsafe Int64(Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: 12, as: Int32.self)))
        return UInt32(clamping: max(1, microseconds / 1_000_000 + (days + 30 * months) * 86_400))
    }

    /// Appends a one-dimensional text[] in its binary form: dimensions, a flag, the elements' type; for the one dimension
    /// its size and first index; then each element's length and bytes.
    private static func append(groups bytes: UnsafeRawBufferPointer, to writer: inout PackedSessionWriter) -> Bool {
        func word(_ offset: Int) -> Int? {
            guard offset + 4 <= bytes.count else { return nil }
            return Int(unsafe Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self)))
        }
        guard let dimensions = word(0) else { return false }
        if dimensions == 0 {
            writer.append(number: 0)
            return true
        }
        guard dimensions == 1, let count = word(12), count >= 0 else { return false }
        writer.append(number: count)
        var offset = 20
        for _ in 0..<count {
            // The table has no NULL among the groups.
            guard let length = word(offset), length >= 0, offset + 4 + length <= bytes.count else { return false }
            offset += 4
            unsafe writer.append(text: UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + length]))
            offset += length
        }
        return true
    }
}
