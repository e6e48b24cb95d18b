/// An answer: status, headers and body. What is made from outside text goes through ``HeaderValue`` or the body, so no
/// answer can contain a header that this program did not mean.
struct Response {
    /// What the body is.
    enum ContentType {
        case json
        case html
        case text
        case prometheus

        fileprivate var value: StaticString {
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

    /// Appends the answer as FastCGI's STDOUT carries it. Nothing that is answered may be cached.
    func append(to bytes: inout [UInt8]) {
        bytes.append("Status: ")
        bytes.append(status.line)
        for (name, value) in headers {
            bytes.append(name.isVariable ? "\r\nVariable-" : "\r\n")
            bytes.append(name.text)
            bytes.append(": ")
            value.append(to: &bytes)
        }
        if let contentType {
            bytes.append("\r\nContent-Type: ")
            bytes.append(contentType.value)
        }
        if status != .noContent {
            bytes.append("\r\nContent-Length: ")
            if body.isEmpty { bytes.append("0") } else { bytes.append(contentsOf: String(body.count).utf8) }
        }
        bytes.append("\r\nCache-Control: no-store\r\n\r\n")
        bytes.append(contentsOf: body)
    }
}
