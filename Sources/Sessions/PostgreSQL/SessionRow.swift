internal import EventLoop
internal import FoundationEssentials

/// What a look-up's result says, read in binary form.
enum SessionRow {
    /// The hash that the row answers for; nil when the row has another shape than the statement's.
    static func hash(_ result: borrowing PostgreSQLResult, row: Int) -> Digest? {
        unsafe result.withBytes(row, 0) { bytes in
            unsafe bytes.withMemoryRebound(to: UInt8.self) { unsafe Digest($0.span) }
        }
    }

    /// Which row answers for which look-up, in the look-ups' order; nil where there is none. A row for a hash that nobody
    /// asked for belongs to another question.
    @EventLoop
    static func rows(
        _ result: borrowing PostgreSQLResult, for batch: [LookUp]
    ) throws(PostgreSQLError) -> [Int?] {
        // Searched one by one: a batch is small, and a dictionary would cost more than all the comparing.
        var hashes: [Digest] = []
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

    /// The session of the row; nil when there is none, or when it has ended.
    static func session(_ result: borrowing PostgreSQLResult, row: Int) throws(PostgreSQLError) -> Session? {
        guard let expires = date(result, row, 1) else { return nil }
        guard let id = uuid(result, row, 2), let groups = unsafe result.withBytes(row, 5, unsafe texts),
            let created = date(result, row, 8)
        else { throw .confusion("a session's row cannot be read") }
        let identity = Identity(
            userID: result.text(row, 3), username: result.text(row, 4), groups: groups, name: result.text(row, 6),
            email: result.text(row, 7))
        return Session(id: id, identity: identity, createdAt: created, expiresAt: expires)
    }

    /// A UUID's 16 bytes in their usual notation.
    private static func uuid(_ result: borrowing PostgreSQLResult, _ row: Int, _ column: Int) -> String? {
        unsafe result.withBytes(row, column) { bytes in
            guard bytes.count == 16 else { return nil }
            let digits: StaticString = "0123456789abcdef"
            return unsafe String(unsafeUninitializedCapacity: 36) { text in
                var position = 0
                for index in 0..<16 {
                    if index == 4 || index == 6 || index == 8 || index == 10 {
                        unsafe text[position] = UInt8(ascii: "-")
                        position += 1
                    }
                    unsafe text[position] = digits.utf8Start[Int(bytes[index] >> 4)]
                    unsafe text[position + 1] = digits.utf8Start[Int(bytes[index] & 15)]
                    position += 2
                }
                return 36
            }
        }
    }

    /// A timestamptz: microseconds since 2000-01-01 UTC (manual, "Date/Time Types").
    private static func date(_ result: borrowing PostgreSQLResult, _ row: Int, _ column: Int) -> Date? {
        guard let microseconds = result.binaryInteger(row, column) else { return nil }
        return Date(timeIntervalSince1970: Double(microseconds) / 1e6 + 946_684_800)
    }

    /// A one-dimensional text[] in its binary form: dimensions, a flag, the elements' type; for the one dimension its
    /// size and first index; then each element's length and bytes.
    private static func texts(_ bytes: UnsafeRawBufferPointer) -> [String]? {
        func word(_ offset: Int) -> Int? {
            guard offset + 4 <= bytes.count else { return nil }
            return Int(unsafe Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self)))
        }
        guard let dimensions = word(0) else { return nil }
        if dimensions == 0 { return [] }
        guard dimensions == 1, let count = word(12) else { return nil }
        var result: [String] = []
        var offset = 20
        for _ in 0..<count {
            guard let length = word(offset) else { return nil }
            offset += 4
            if length < 0 { continue }  // a NULL among the groups names no group
            guard offset + length <= bytes.count else { return nil }
            result.append(unsafe String(decoding: bytes[offset..<offset + length], as: UTF8.self))
            offset += length
        }
        return result
    }
}
