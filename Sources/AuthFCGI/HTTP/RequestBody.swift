/// The body of a request.
enum RequestBody: Equatable {
    /// The complete body; empty if the request has none.
    case whole([UInt8])
    /// The body is longer than ``maxBytes`` and was not read.
    case tooLong
    /// The body is shorter than the request announced.
    case cutShort

    /// The maximum length of a body.
    static let maxBytes = 8192
}
