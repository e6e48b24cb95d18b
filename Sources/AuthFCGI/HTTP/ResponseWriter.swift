/// Writes a response from its status on: the status, headers, an empty line and the body. The only code that puts headers
/// together. What precedes the status is the codec's: `Status: ` in CGI (RFC 3875, section 6), the version in HTTP.
struct ResponseWriter: ~Copyable {
    private var bytes: [UInt8] = []
    private let status: HTTPStatus

    init(_ status: HTTPStatus) {
        self.status = status
        bytes.reserveCapacity(512)
        bytes.append(status.line)
    }

    mutating func append(_ name: HeaderName, _ value: HeaderValue) {
        append(name)
        value.append(to: &bytes)
    }

    /// The number of bytes written.
    var count: Int { bytes.count }

    /// Returns the bytes of the response, which no cache may store.
    consuming func finish(contentType: Response.ContentType?, body: [UInt8]) -> [UInt8] {
        if let contentType {
            bytes.append("\r\nContent-Type: ")
            bytes.append(contentType.value)
            // No browser takes it for a page. Pages have it among their own headers.
            if contentType != .html { bytes.append("\r\nX-Content-Type-Options: nosniff") }
        }
        if status != .noContent {
            bytes.append("\r\nContent-Length: ")
            if body.isEmpty { bytes.append("0") } else { bytes.append(contentsOf: String(body.count).utf8) }
        }
        bytes.append("\r\nCache-Control: no-store\r\n\r\n")
        bytes.append(contentsOf: body)
        return bytes
    }

    private mutating func append(_ name: HeaderName) {
        bytes.append(name.isVariable ? "\r\nVariable-" : "\r\n")
        bytes.append(name.text)
        bytes.append(": ")
    }
}
