/// What a server answers to one command (Redis serialization protocol, version 2).
package enum RedisReply: Equatable, Sendable {
    case string([UInt8])
    /// Such as `OK` and `PONG`.
    case status(String)
    case integer(Int64)
    /// There is none: of strings as of arrays.
    case null
    case error(RedisServerError)
    case array([RedisReply])

    /// The bytes of a string, or of a status.
    var bytes: [UInt8]? {
        switch self {
        case .string(let bytes): bytes
        case .status(let text): Array(text.utf8)
        case .integer, .null, .error, .array: nil
        }
    }
}
