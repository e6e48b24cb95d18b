/// An answer: status, headers and body. What is made from outside text goes through ``HeaderValue`` or the body, so no
/// answer can contain a header that this program did not mean.
struct Response {
    /// What the body is.
    enum ContentType {
        case json
        case html
        case text
        case prometheus

        var value: StaticString {
            switch self {
            case .json: "application/json"
            case .html: "text/html; charset=utf-8"
            case .text: "text/plain; charset=utf-8"
            case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
            }
        }
    }

    let status: HTTPStatus
    private(set) var headers: [(name: HeaderName, value: HeaderValue)]
    private(set) var contentType: ContentType?
    private(set) var body: [UInt8]

    /// An answer without a body.
    init(_ status: HTTPStatus, headers: [(name: HeaderName, value: HeaderValue)] = []) {
        self.status = status
        self.headers = headers
        body = []
    }

    /// An answer with a body.
    init(
        _ status: HTTPStatus, _ contentType: ContentType, _ body: [UInt8],
        headers: [(name: HeaderName, value: HeaderValue)] = []
    ) {
        self.status = status
        self.headers = headers
        self.contentType = contentType
        self.body = body
    }

    /// An error for a program: `{"error":code,"message":message}`.
    static func error(
        _ status: HTTPStatus, code: StaticString, message: String,
        headers: [(name: HeaderName, value: HeaderValue)] = []
    ) -> Response {
        var body: [UInt8] = []
        body.reserveCapacity(64 + message.utf8.count)
        body.append("{\"error\":")
        body.append(jsonString: code.description)
        body.append(",\"message\":")
        body.append(jsonString: message)
        body.append("}\n")
        return Response(status, .json, body, headers: headers)
    }

    /// Adds a header; one of the same name stays.
    mutating func add(_ name: HeaderName, _ value: HeaderValue) { headers.append((name, value)) }

    /// The answer as ``ResponseWriter`` writes it.
    func serialized() -> [UInt8] {
        var writer = ResponseWriter(status)
        for (name, value) in headers { writer.append(name, value) }
        return writer.finish(contentType: contentType, body: body)
    }
}
