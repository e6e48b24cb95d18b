/// The reason why an HTTP request is refused. The raw value is the text in the log and in the response.
enum HTTPRefusal: String, Error, CaseIterable {
    case requestLine = "the request line is not METHOD TARGET VERSION"
    case target = "the target is not a path of visible ASCII"
    case otherHost = "the target has another host than the header Host"
    case requestLineTooLong = "the request line is too long"
    case version = "the version is neither HTTP/1.1 nor HTTP/1.0"
    case bareLineFeed = "a line of the head does not end with CR LF"
    case foldedField = "a header is folded, or begins with a space"
    case fieldWithoutColon = "a line of the headers has no colon"
    case fieldName = "a header's name is no token"
    case fieldValue = "a header's value has a control character"
    case tooManyFields = "too many headers"
    case headTooLarge = "the headers are too long"
    case noHost = "no header Host"
    case severalHosts = "several headers Host"
    case host = "the header Host is no host"
    case severalLengths = "several headers Content-Length"
    case length = "Content-Length is not a number"
    case lengthAndCoding = "both Content-Length and Transfer-Encoding"
    case severalCodings = "several headers Transfer-Encoding"
    case coding = "a transfer coding other than chunked"
    case codingInHTTP10 = "Transfer-Encoding in HTTP/1.0"
    case expectation = "an expectation other than 100-continue"
    case chunkSize = "a chunk's size is not a short hexadecimal number"
    case chunkEnd = "a chunk is not as long as its size"
    case chunkOverhead = "too many small chunks"
    case trailers = "the trailers are too long"
    case late = "the request was not complete in time"

    var status: HTTPStatus {
        switch self {
        case .requestLine, .target, .otherHost, .bareLineFeed, .foldedField, .fieldWithoutColon, .fieldName,
            .fieldValue, .noHost, .severalHosts, .host, .severalLengths, .length, .lengthAndCoding, .severalCodings,
            .codingInHTTP10, .chunkSize, .chunkEnd, .chunkOverhead, .trailers:
            .badRequest
        case .late: .requestTimeout
        case .requestLineTooLong: .uriTooLong
        case .expectation: .expectationFailed
        case .tooManyFields, .headTooLarge: .headerFieldsTooLarge
        case .coding: .notImplemented
        case .version: .versionNotSupported
        }
    }

    /// The response, after which the connection is closed.
    var response: Response { .error(status, code: "malformed_request", message: rawValue) }
}
