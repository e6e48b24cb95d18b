/// A client of a server on 127.0.0.1 that speaks HTTP/2 without TLS from the first byte on (RFC 9113, section 3.3). curl sends the
/// requests.
package struct HTTP2Client: Sendable {
    private let port: UInt16

    package init(port: UInt16) {
        self.port = port
    }

    /// Sends a request on a connection of its own and reads its response.
    ///
    /// - Parameters:
    ///   - headers: The headers in addition to those of curl. A name that comes several times is sent several times.
    ///   - body: The body, if the request has one.
    ///   - sendsLength: False for a body without Content-Length, which ends where its stream does.
    package func request(
        _ method: String, _ path: String, headers: [(String, String)] = [], body: String? = nil,
        sendsLength: Bool = true
    ) throws -> HTTPAnswer {
        var arguments = [
            "--disable", "--silent", "--show-error", "--include", "--path-as-is", "--noproxy", "*", "--max-time", "20",
            "--http2-prior-knowledge", "--request", method,
        ]
        for (name, value) in headers { arguments += ["--header", "\(name): \(value)"] }
        if body != nil { arguments += sendsLength ? ["--data-binary", "@-"] : ["--upload-file", "-"] }
        let output = try ServerProcess.output("curl", arguments + ["http://127.0.0.1:\(port)\(path)"], input: body)
        let bytes = Array(output.utf8)
        guard let head = try HeaderList.parse(bytes[...], hasStartLine: true) else {
            throw SupportError.unexpected("no answer over HTTP/2", log: output)
        }
        let words = head.startLine.split(separator: " ")
        guard words.count >= 2, words[0] == "HTTP/2", let status = Int(words[1]) else {
            throw SupportError.unexpected("no answer of HTTP/2: \(head.startLine)")
        }
        return HTTPAnswer(status: status, headers: head.headers, body: Array(bytes.dropFirst(head.length)))
    }
}
