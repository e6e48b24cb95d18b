internal import EventLoop

/// A response: status, headers and body. Text from outside gets into headers through ``HeaderValue`` only, so that it
/// cannot add a header.
struct Response {
    /// The media type of the body.
    enum ContentType {
        case json
        case html
        /// The text format of Prometheus.
        case metrics

        var value: StaticString {
            switch self {
            case .json: "application/json"
            case .html: "text/html; charset=utf-8"
            case .metrics: "text/plain; version=0.0.4; charset=utf-8"
            }
        }
    }

    let status: HTTPStatus
    private(set) var headers: [(name: HeaderName, value: HeaderValue)]
    private(set) var contentType: ContentType?
    private(set) var body: [UInt8]

    /// Makes a response without a body.
    init(_ status: HTTPStatus, headers: [(name: HeaderName, value: HeaderValue)] = []) {
        self.status = status
        self.headers = headers
        body = []
    }

    /// Makes a response with a body.
    init(
        _ status: HTTPStatus, _ contentType: ContentType, _ body: [UInt8],
        headers: [(name: HeaderName, value: HeaderValue)] = []
    ) {
        self.status = status
        self.headers = headers
        self.contentType = contentType
        self.body = body
    }

    /// Returns an error as JSON: `{"error":code,"message":message}`.
    static func error(
        _ status: HTTPStatus, code: StaticString, message: String,
        headers: [(name: HeaderName, value: HeaderValue)] = []
    ) -> Response {
        let body = "{\"error\":\(JSONString.of(code.description)),\"message\":\(JSONString.of(message))}\n"
        return Response(status, .json, Array(body.utf8), headers: headers)
    }

    /// Adds a header. Headers of the same name are kept.
    mutating func add(_ name: HeaderName, _ value: HeaderValue) { headers.append((name, value)) }

    /// Returns the response as ``ResponseWriter`` writes it.
    func serialized() -> [UInt8] {
        var writer = ResponseWriter(status)
        for (name, value) in headers { writer.append(name, value) }
        return writer.finish(contentType: contentType, body: body)
    }
}
