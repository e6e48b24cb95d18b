/// The body of a request, as far as it has come.
enum RequestBody: Equatable {
    /// All of it; empty when the request has none.
    case whole([UInt8])
    /// It is longer than the server takes, and has not been read.
    case tooLong
    /// It is shorter than the request said.
    case cutShort
}
