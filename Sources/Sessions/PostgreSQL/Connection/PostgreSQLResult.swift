internal import CPostgreSQL

/// The owner of one result of libpq (`PGresult`).
@safe package struct PostgreSQLResult: ~Copyable {
    /// The kind of a result.
    package enum Status: Equatable {
        /// Rows, possibly none.
        case rows
        /// The success of a command without rows.
        case done
        /// The end of a pipelined batch.
        case sync
        /// The statement was not executed because an earlier one of its batch failed.
        case aborted
        case failed(PostgreSQLError)
    }

    private let result: OpaquePointer

    /// Takes ownership of `result`.
    init(owning result: OpaquePointer) {
        unsafe self.result = result
    }

    deinit { unsafe PQclear(result) }

    /// The kind of the result.
    package var status: Status {
        switch unsafe PQresultStatus(result) {
        case PGRES_TUPLES_OK, PGRES_SINGLE_TUPLE: .rows
        case PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: .done
        case PGRES_PIPELINE_SYNC: .sync
        case PGRES_PIPELINE_ABORTED: .aborted
        default: .failed(error)
        }
    }

    private var error: PostgreSQLError {
        // The string is valid as long as the result.
        guard let state = unsafe PQresultErrorField(result, Int32(UInt8(ascii: "C"))) else {
            // An error of libpq itself, such as a lost connection.
            return .connection(unsafe LibpqMessage.line(PQresultErrorMessage(result)))
        }
        return .server(unsafe SQLState(String(cString: state)), unsafe LibpqMessage.primary(of: result))
    }

    /// The error of a failed result, with the server's details and hint. They may contain values.
    var detailedError: PostgreSQLError {
        guard case .server(let state, _) = error else { return error }
        return .server(state, unsafe LibpqMessage.complete(of: result))
    }

    /// The number of rows.
    package var rowCount: Int { Int(unsafe PQntuples(result)) }

    /// The number of columns.
    package var columnCount: Int { Int(unsafe PQnfields(result)) }

    /// The names of the columns, in order.
    var columnNames: [String] {
        (0..<columnCount).map { column in
            unsafe PQfname(result, Int32(column)).map { unsafe String(cString: $0) } ?? ""
        }
    }

    /// Returns the position of a column.
    /// - Throws: ``PostgreSQLError/confusion(_:)`` if there is no column of that name.
    func column(_ name: String) throws(PostgreSQLError) -> Int {
        let column = unsafe PQfnumber(result, name)
        guard column >= 0 else { throw .confusion("the server's answer has no column \(name)") }
        return Int(column)
    }

    /// The types of a described statement's parameters: their OIDs in pg_type.
    var parameterTypes: [UInt32] {
        (0..<(unsafe PQnparams(result))).map { unsafe PQparamtype(result, $0) }
    }

    /// Returns whether a value is NULL.
    package func isNull(_ row: Int, _ column: Int) -> Bool {
        unsafe PQgetisnull(result, Int32(row), Int32(column)) == 1
    }

    /// Returns the length of a value in bytes; 0 for NULL.
    package func byteCount(_ row: Int, _ column: Int) -> Int {
        Int(unsafe PQgetlength(result, Int32(row), Int32(column)))
    }

    /// Calls `body` with the bytes of a value; none for NULL. They are valid during the call only.
    package func withBytes<T>(_ row: Int, _ column: Int, _ body: (UnsafeRawBufferPointer) -> T) -> T {
        let start = unsafe PQgetvalue(result, Int32(row), Int32(column))
        return unsafe body(UnsafeRawBufferPointer(start: start, count: byteCount(row, column)))
    }

    /// Returns a text; empty for NULL.
    package func text(_ row: Int, _ column: Int) -> String {
        unsafe withBytes(row, column) { bytes in unsafe String(decoding: bytes, as: UTF8.self) }
    }

    /// Returns a text; nil for NULL.
    package func optionalText(_ row: Int, _ column: Int) -> String? {
        isNull(row, column) ? nil : text(row, column)
    }

    /// Returns a boolean in binary form; false for NULL.
    package func isTrue(_ row: Int, _ column: Int) -> Bool {
        unsafe withBytes(row, column) { bytes in unsafe bytes.first == 1 }
    }

    /// Returns an integer in binary form (int4, int8, timestamptz); nil if its size is neither 4 nor 8 bytes.
    package func binaryInteger(_ row: Int, _ column: Int) -> Int64? {
        unsafe withBytes(row, column) { bytes in
            switch bytes.count {
            case 4: unsafe Int64(Int32(bigEndian: bytes.loadUnaligned(as: Int32.self)))
            case 8: unsafe Int64(bigEndian: bytes.loadUnaligned(as: Int64.self))
            default: nil
            }
        }
    }
}
