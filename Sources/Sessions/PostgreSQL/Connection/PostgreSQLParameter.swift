/// One value for a `$1` in a statement.
package enum PostgreSQLParameter: Sendable {
    case text(String)
    case bytes([UInt8])
    case null

    /// A number, as the text PostgreSQL reads.
    package static func number(_ value: some Numeric & CustomStringConvertible) -> PostgreSQLParameter {
        .text(value.description)
    }

    package static func optional(_ value: String?) -> PostgreSQLParameter { value.map { .text($0) } ?? .null }

    package static func optionalNumber(_ value: (some Numeric & CustomStringConvertible)?) -> PostgreSQLParameter {
        value.map { .number($0) } ?? .null
    }

    package static func digest(_ value: SHA256Digest) -> PostgreSQLParameter { .bytes(value.bytes) }

    package static func optionalDigest(_ value: SHA256Digest?) -> PostgreSQLParameter {
        value.map { .digest($0) } ?? .null
    }

    /// An array of texts in PostgreSQL's own notation.
    package static func texts(_ values: [String]) -> PostgreSQLParameter {
        let quoted = values.map { value in
            // By scalars: a quote with a combining mark behind it is another character to Swift, and a quote all the same.
            "\"" + value.unicodeScalars.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : "\($0)" }.joined() + "\""
        }
        return .text("{" + quoted.joined(separator: ",") + "}")
    }

    /// A bytea[].
    package static func digests(_ values: [SHA256Digest]) -> PostgreSQLParameter {
        .bytes(BinaryParameter.array(values))
    }

    /// An array of numbers.
    package static func numbers(_ values: [Int64]) -> PostgreSQLParameter {
        .text("{" + values.map { String($0) }.joined(separator: ",") + "}")
    }

    /// Lends the parameters in the three arrays that libpq wants; it copies them before its call returns.
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
                // A text with a NUL would end there as a C string and mean another one: sent by its length, the server
                // refuses it.
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
