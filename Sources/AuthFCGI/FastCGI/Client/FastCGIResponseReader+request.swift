extension FastCGIResponseReader {
    /// Returns the records of the request of which this reads the response: GET, to a responder that closes the connection
    /// after its response (no FCGI_KEEP_CONN).
    /// - Parameter path: the value of SCRIPT_NAME, shorter than 128 bytes.
    static func request(_ path: String) -> [UInt8] {
        request([("REQUEST_METHOD", "GET"), ("SCRIPT_NAME", path), ("SERVER_PROTOCOL", "HTTP/1.1")])
    }

    private static func request(_ parameters: [(String, String)]) -> [UInt8] {
        let pairs = parameters.flatMap { name, value in
            [UInt8(name.utf8.count), UInt8(value.utf8.count)] + Array((name + value).utf8)
        }
        return record(1, [0, UInt8(FastCGIRole.responder.rawValue), 0, 0, 0, 0, 0, 0])
            + record(4, pairs) + record(4, []) + record(5, [])
    }

    private static func record(_ type: UInt8, _ content: [UInt8]) -> [UInt8] {
        [1, type, 0, 1, UInt8(content.count >> 8), UInt8(content.count & 255), 0, 0] + content
    }
}
