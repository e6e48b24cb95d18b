/// The value of a parameter, such as `$1`, of a statement.
package enum PostgreSQLParameter: Sendable {
    case text(String)
    case bytes([UInt8])
    case null

    /// Returns a number as text.
    package static func number(_ value: some Numeric & CustomStringConvertible) -> PostgreSQLParameter {
        .text(value.description)
    }

    /// Returns a text, or NULL for nil.
    package static func optional(_ value: String?) -> PostgreSQLParameter { value.map { .text($0) } ?? .null }

    /// Returns a number as text, or NULL for nil.
    package static func optionalNumber(_ value: (some Numeric & CustomStringConvertible)?) -> PostgreSQLParameter {
        value.map { .number($0) } ?? .null
    }

    /// Returns a hash as bytea.
    package static func digest(_ value: SHA256Digest) -> PostgreSQLParameter { .bytes(value.bytes) }

    /// Returns a hash as bytea, or NULL for nil.
    package static func optionalDigest(_ value: SHA256Digest?) -> PostgreSQLParameter {
        value.map { .digest($0) } ?? .null
    }

    /// Returns a text[] in PostgreSQL's text notation.
    package static func texts(_ values: [String]) -> PostgreSQLParameter {
        let quoted = values.map { value in
            // By scalars: to Swift a quote followed by a combining mark is another character, to PostgreSQL it is a quote.
            "\"" + value.unicodeScalars.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : "\($0)" }.joined() + "\""
        }
        return .text("{" + quoted.joined(separator: ",") + "}")
    }

    /// Returns a bytea[].
    package static func digests(_ values: [SHA256Digest]) -> PostgreSQLParameter {
        .bytes(BinaryParameter.array(values))
    }

    /// Returns an array of numbers in PostgreSQL's text notation.
    package static func numbers(_ values: [Int64]) -> PostgreSQLParameter {
        .text("{" + values.map { String($0) }.joined(separator: ",") + "}")
    }

    /// Calls `body` with libpq's arrays of values, lengths and formats. The pointers are valid during the call only; libpq
    /// copies the values before it returns.
    static func withArguments<T>(
        _ parameters: [PostgreSQLParameter],
        _ body: (UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?) -> T
    ) -> T {
        var storage: [CChar] = []
        var offsets: [Int?] = []
        var lengths: [Int32] = []
        var formats: [Int32] = []
        for parameter in parameters {
            switch parameter {
            case .text(let text):
                // In text format a NUL would end the text and change its meaning. In binary format the server refuses it.
                offsets.append(storage.count)
                lengths.append(Int32(text.utf8.count))
                formats.append(text.utf8.contains(0) ? 1 : 0)
                storage.append(contentsOf: text.utf8CString)
            case .bytes(let bytes):
                offsets.append(storage.count)
                lengths.append(Int32(bytes.count))
                formats.append(1)
                storage.append(contentsOf: bytes.map { CChar(truncatingIfNeeded: $0) })
                storage.append(0)
            case .null:
                offsets.append(nil)
                lengths.append(0)
                formats.append(0)
            }
        }
        return unsafe storage.withUnsafeBufferPointer { storage in
            let values = unsafe offsets.map { offset in
                unsafe offset.flatMap { offset in unsafe storage.baseAddress.map { unsafe $0 + offset } }
            }
            return unsafe values.withUnsafeBufferPointer { values in
                unsafe body(values.baseAddress, lengths, formats)
            }
        }
    }
}
