/// The limits of an HTTP request besides the one of its body, in bytes unless a unit is given.
enum HTTPLimits {
    /// Of the request line. nginx sends at most 8 KiB of a client's URI.
    static let requestLine = 16 * 1024
    /// Of the request line and the headers together.
    static let head = 64 * 1024
    /// Of the number of headers.
    static let fields = 128
    /// Of the line with a chunk's size, with its extensions.
    static let chunkLine = 256
    /// Of the number of a chunk size's digits.
    static let chunkDigits = 8
    /// Of a chunked body with the framing of its chunks.
    static let chunkedBody = 64 * 1024
    /// Of the trailers together.
    static let trailers = 4 * 1024
    /// Of the number of trailers.
    static let trailerFields = 16
}
