/// A FastCGI record, valid or not: nothing here is validated. Terms and numbers are those of the FastCGI Specification,
/// sections 3.3 to 5.5.
package struct FastCGIRecord: Sendable {
    package enum Kind {
        package static let beginRequest: UInt8 = 1
        package static let abortRequest: UInt8 = 2
        package static let endRequest: UInt8 = 3
        package static let params: UInt8 = 4
        package static let stdin: UInt8 = 5
        package static let stdout: UInt8 = 6
        package static let stderr: UInt8 = 7
        package static let getValues: UInt8 = 9
        package static let getValuesResult: UInt8 = 10
        package static let unknownType: UInt8 = 11
    }

    package enum Role {
        package static let responder: UInt16 = 1
        package static let authorizer: UInt16 = 2
        package static let filter: UInt16 = 3
    }

    package var version: UInt8 = 1
    package var kind: UInt8
    /// The request id. 0 is for management records.
    package var requestID: UInt16
    /// The content, at most 65535 bytes.
    package var content: [UInt8]
    package var padding: UInt8
    /// The content length in the header, if it is to differ from the actual one.
    package var claimedLength: UInt16?

    package init(_ kind: UInt8, requestID: UInt16 = 1, _ content: [UInt8] = [], padding: UInt8 = 0) {
        self.kind = kind
        self.requestID = requestID
        self.content = content
        self.padding = padding
    }

    package var encoded: [UInt8] {
        let length = claimedLength ?? UInt16(content.count)
        let header = [version, kind] + Self.bytes(requestID) + Self.bytes(length) + [padding, 0]
        return header + content + [UInt8](repeating: 0, count: Int(padding))
    }

    package static func begin(
        role: UInt16 = Role.responder, keepsConnection: Bool = false, requestID: UInt16 = 1
    ) -> FastCGIRecord {
        FastCGIRecord(Kind.beginRequest, requestID: requestID, bytes(role) + [keepsConnection ? 1 : 0, 0, 0, 0, 0, 0])
    }

    package static func abort(requestID: UInt16 = 1) -> FastCGIRecord {
        FastCGIRecord(Kind.abortRequest, requestID: requestID)
    }

    package static func getValues(_ names: [String]) -> FastCGIRecord {
        FastCGIRecord(Kind.getValues, requestID: 0, encode(names.map { ($0, "") }))
    }

    /// Returns PARAMS records with these pairs, and the empty record that ends the stream.
    ///
    /// - Parameter size: The content size of one record. Pairs may continue in the next record.
    package static func params(
        _ pairs: [(String, String)], requestID: UInt16 = 1, splitAt size: Int = 65535, longLengths: Bool = false,
        padding: UInt8 = 0
    ) -> [FastCGIRecord] {
        stream(
            Kind.params, encode(pairs, longLengths: longLengths), requestID: requestID, splitAt: size, padding: padding)
    }

    /// Returns STDIN records with this body, and the empty record that ends the stream.
    package static func stdin(
        _ body: [UInt8], requestID: UInt16 = 1, splitAt size: Int = 65535, padding: UInt8 = 0
    ) -> [FastCGIRecord] {
        stream(Kind.stdin, body, requestID: requestID, splitAt: size, padding: padding)
    }

    /// Encodes name-value pairs. A length takes one byte if it is below 128 and four bytes otherwise, or always four.
    package static func encode(_ pairs: [(String, String)], longLengths: Bool = false) -> [UInt8] {
        pairs.reduce(into: []) { $0 += encode(Array($1.0.utf8), Array($1.1.utf8), longLengths: longLengths) }
    }

    /// Encodes one name-value pair of arbitrary bytes.
    package static func encode(_ name: [UInt8], _ value: [UInt8], longLengths: Bool = false) -> [UInt8] {
        [name, value].reduce(into: []) { result, part in
            let isLong = longLengths || part.count > 127
            result += isLong ? bytes(UInt32(part.count) | 0x8000_0000) : [UInt8(part.count)]
        } + name + value
    }

    private static func stream(
        _ kind: UInt8, _ bytes: [UInt8], requestID: UInt16, splitAt size: Int, padding: UInt8
    ) -> [FastCGIRecord] {
        var records = stride(from: 0, to: bytes.count, by: size).map { start in
            let part = Array(bytes[start..<min(start + size, bytes.count)])
            return FastCGIRecord(kind, requestID: requestID, part, padding: padding)
        }
        records.append(FastCGIRecord(kind, requestID: requestID))
        return records
    }

    private static func bytes<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        stride(from: Number.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> $0) }
    }
}
