/// A server's reply to one command (Redis serialization protocol, version 2).
package enum RedisReply: Equatable, Sendable {
    case string([UInt8])
    /// A status, such as `OK` and `PONG`.
    case status(String)
    case integer(Int64)
    /// A null string or a null array.
    case null
    case error(RedisServerError)
    case array([RedisReply])

    /// The bytes of a string or a status; nil for other types.
    var bytes: [UInt8]? {
        switch self {
        case .string(let bytes): bytes
        case .status(let text): Array(text.utf8)
        case .integer, .null, .error, .array: nil
        }
    }
}
