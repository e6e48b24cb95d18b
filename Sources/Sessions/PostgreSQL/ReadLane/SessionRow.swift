/// The rows of a look-up's result, in binary form.
enum SessionRow {
    /// Reads the results of look-ups.
    /// - Parameters:
    ///   - result: The rows, in any order.
    ///   - keys: The look-ups of the statement.
    ///   - origin: The server that answers.
    ///   - epochs: The reading of the epochs that the rows rely on, or nil.
    /// - Returns: The result of each look-up, in the order of `keys`.
    /// - Throws: ``PostgreSQLError/confusion(_:)`` if a row is not for one of `keys`, and ``PostgreSQLError/notReady(_:)`` if
    ///   one cannot tell because the tables lack rows: then no row may be used.
    static func sessions(
        _ result: borrowing PostgreSQLResult, for keys: [LookUpKey], origin: ServerIncarnation, _ epochs: EpochReading?
    ) throws(PostgreSQLError) -> [FoundSession] {
        if keys.count == 1, result.rowCount == 1 {
            guard hash(result, row: 0) == keys[0].hash else { throw foreign }
            return [try session(result, row: 0, origin: origin, epochs)]
        }
        // Linear search: batches are small, and a dictionary would cost more than all comparisons.
        var hashes: [SHA256Digest] = []
        for row in 0..<result.rowCount {
            guard let hash = hash(result, row: row) else { throw .confusion("a session's hash cannot be read") }
            hashes.append(hash)
        }
        var isWanted = [Bool](repeating: false, count: hashes.count)
        var sessions: [FoundSession] = []
        sessions.reserveCapacity(keys.count)
        for key in keys {
            guard let row = hashes.firstIndex(of: key.hash) else {
                sessions.append(.missing)
                continue
            }
            isWanted[row] = true
            sessions.append(try session(result, row: row, origin: origin, epochs))
        }
        guard !isWanted.contains(false) else { throw foreign }
        return sessions
    }

    private static var foreign: PostgreSQLError { .confusion("the answer belongs to another question") }
    private static var incomplete: PostgreSQLError {
        .notReady(
            "the gate's tables lack rows, which does not tell whether a session is valid; unless they are being restored, "
                + "run authfcgi migrate")
    }

    /// Returns the hash that the row is for, or nil if the value is not a hash.
    private static func hash(_ result: borrowing PostgreSQLResult, row: Int) -> SHA256Digest? {
        unsafe result.withBytes(row, SessionColumn.hash.rawValue) { bytes in
            unsafe bytes.withMemoryRebound(to: UInt8.self) { unsafe SHA256Digest($0.span) }
        }
    }

    private static func session(
        _ result: borrowing PostgreSQLResult, row: Int, origin: ServerIncarnation, _ epochs: EpochReading?
    ) throws(PostgreSQLError) -> FoundSession {
        guard let expires = result.binaryInteger(row, SessionColumn.liveUntil.rawValue) else {
            guard result.isTrue(row, SessionColumn.isCertain.rawValue) else { throw incomplete }
            return .row(nil)
        }
        let bytes = textBytes(result, row)
        if let reason = excess(result, row, bytes: bytes) { return .unreadable(reason) }
        guard let created = result.binaryInteger(row, SessionColumn.createdAt.rawValue),
            let asOf = result.binaryInteger(row, SessionColumn.asOf.rawValue),
            let session = packed(
                result, row, DatabaseInstant(microseconds: created), DatabaseInstant(microseconds: expires),
                textBytes: bytes)
        else { return .unreadable("a session's row cannot be read") }
        let stated = DatabaseInstant(microseconds: asOf)
        // See EpochReadings.
        return .row(
            SessionSnapshot(session: session, asOf: epochs.map { min($0.clock, stated) } ?? stated, origin: origin))
    }

    private static func packed(
        _ result: borrowing PostgreSQLResult, _ row: Int, _ created: DatabaseInstant, _ expires: DatabaseInstant,
        textBytes: Int
    ) -> PackedSession? {
        let idle = unsafe result.withBytes(row, SessionColumn.idleTimeout.rawValue) { unsafe seconds(interval: $0) }
        // And a byte or two for the length of each text.
        let size = textBytes + 12
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

    /// Returns the whole seconds of an interval in binary form: microseconds (8 bytes), days and months (4 bytes each). A
    /// month counts as 30 days. Returns 0 for NULL, and otherwise at least 1.
    private static func seconds(interval bytes: UnsafeRawBufferPointer) -> UInt32 {
        guard bytes.count == 16 else { return 0 }
        let microseconds = unsafe Int64(bigEndian: bytes.loadUnaligned(as: Int64.self))
        let days = unsafe Int64(Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: Int32.self)))
        let months = unsafe Int64(Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: 12, as: Int32.self)))
        return UInt32(clamping: max(1, microseconds / 1_000_000 + (days + 30 * months) * 86_400))
    }

    /// Appends a one-dimensional text[] in binary form: number of dimensions, flag for NULLs, element type; size and first
    /// index of the dimension; then length and bytes of each element.
    /// - Returns: False if the array cannot be read.
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
            // A NULL has the length -1; the table allows none.
            guard let length = word(offset), length >= 0, offset + 4 + length <= bytes.count else { return false }
            offset += 4
            unsafe writer.append(text: UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + length]))
            offset += length
        }
        return true
    }
}
