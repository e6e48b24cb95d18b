/// The header of a FastCGI record: its first eight bytes (FastCGI specification, section 3.3).
struct FastCGIRecordHeader {
    enum RecordType: UInt8 {
        case beginRequest = 1
        case abortRequest = 2
        case parameters = 4
        case standardInput = 5
    }

    static let size = 8

    let version: UInt8
    /// nil for a type that no accepted request contains.
    let type: RecordType?
    let requestID: UInt16
    let contentBytes: Int
    let paddingBytes: Int

    /// Reads the header at `offset`, which must have at least eight bytes after it.
    init(_ bytes: Span<UInt8>, at offset: Int) {
        version = bytes[offset]
        type = RecordType(rawValue: bytes[offset + 1])
        requestID = UInt16(bytes[offset + 2]) << 8 | UInt16(bytes[offset + 3])
        contentBytes = Int(bytes[offset + 4]) << 8 | Int(bytes[offset + 5])
        paddingBytes = Int(bytes[offset + 6])
    }
}
