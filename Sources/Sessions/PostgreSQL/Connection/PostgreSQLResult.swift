internal import CPostgreSQL

/// The owner of one libpq result: cleared when the owner goes.
@safe package struct PostgreSQLResult: ~Copyable {
    package enum Status: Equatable {
        /// Rows, maybe none.
        case rows
        /// A command without rows was done.
        case done
        /// The end of a batch.
        case sync
        /// Not run, because an earlier statement of the batch failed.
        case aborted
        case failed(PostgreSQLError)
    }

    private let result: OpaquePointer

    /// Takes over `result`: it is cleared here, once.
    init(owning result: OpaquePointer) {
        unsafe self.result = result
    }

    deinit { unsafe PQclear(result) }

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
        // Both strings live as long as the result; copied at once.
        let message = unsafe PQresultErrorField(result, Int32(UInt8(ascii: "M"))).map { unsafe String(cString: $0) }
        guard let state = unsafe PQresultErrorField(result, Int32(UInt8(ascii: "C"))) else {
            // An error that libpq made itself, such as a lost connection.
            return .connection(unsafe PostgreSQLConnection.line(PQresultErrorMessage(result)))
        }
        return .server(unsafe SQLState(String(cString: state)), message ?? "unknown error")
    }

    package var rowCount: Int { Int(unsafe PQntuples(result)) }

    package var columnCount: Int { Int(unsafe PQnfields(result)) }

    /// The columns' names, in order.
    var columnNames: [String] {
        (0..<columnCount).map { column in
            unsafe PQfname(result, Int32(column)).map { unsafe String(cString: $0) } ?? ""
        }
    }

    /// Where the column of a name is.
    func column(_ name: String) throws(PostgreSQLError) -> Int {
        let column = unsafe PQfnumber(result, name)
        guard column >= 0 else { throw .confusion("the server's answer has no column \(name)") }
        return Int(column)
    }

    /// The types of a described statement's parameters, by their numbers in pg_type.
    var parameterTypes: [UInt32] {
        (0..<(unsafe PQnparams(result))).map { unsafe PQparamtype(result, $0) }
    }

    package func isNull(_ row: Int, _ column: Int) -> Bool {
        unsafe PQgetisnull(result, Int32(row), Int32(column)) == 1
    }

    /// How long the value is; 0 for NULL.
    package func byteCount(_ row: Int, _ column: Int) -> Int {
        Int(unsafe PQgetlength(result, Int32(row), Int32(column)))
    }

    /// The value's bytes, which live as long as the result; empty for NULL.
    package func withBytes<T>(_ row: Int, _ column: Int, _ body: (UnsafeRawBufferPointer) -> T) -> T {
        let start = unsafe PQgetvalue(result, Int32(row), Int32(column))
        return unsafe body(UnsafeRawBufferPointer(start: start, count: byteCount(row, column)))
    }

    /// A text value; empty for NULL.
    package func text(_ row: Int, _ column: Int) -> String {
        unsafe withBytes(row, column) { bytes in unsafe String(decoding: bytes, as: UTF8.self) }
    }

    /// A text value, nil for NULL.
    package func optionalText(_ row: Int, _ column: Int) -> String? {
        isNull(row, column) ? nil : text(row, column)
    }

    /// A boolean in binary form; NULL is false.
    package func isTrue(_ row: Int, _ column: Int) -> Bool {
        unsafe withBytes(row, column) { bytes in unsafe bytes.first == 1 }
    }

    /// A whole number in binary form (int4, int8, timestamptz), nil when its size is neither 4 nor 8.
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
