@testable import AuthFCGI

/// Builds requests byte by byte, both valid and invalid ones.
struct FastCGIBytes {
    var bytes: [UInt8] = []

    static let begin: UInt8 = 1
    static let abort: UInt8 = 2
    static let parameters: UInt8 = 4
    static let standardInput: UInt8 = 5
    static let data: UInt8 = 8
    static let getValues: UInt8 = 9

    /// Appends a record with a header that may disagree with its content.
    func record(
        _ type: UInt8, _ content: [UInt8] = [], id: UInt16 = 1, padding: Int = 0, version: UInt8 = 1, length: Int? = nil
    ) -> FastCGIBytes {
        let length = length ?? content.count
        let header: [UInt8] = [
            version, type, UInt8(id >> 8), UInt8(id & 0xff), UInt8(length >> 8), UInt8(length & 0xff), UInt8(padding),
            0,
        ]
        return FastCGIBytes(bytes: bytes + header + content + [UInt8](repeating: 0xee, count: padding))
    }

    func begin(role: UInt8 = 1, keep: Bool = false, id: UInt16 = 1) -> FastCGIBytes {
        record(Self.begin, [0, role, keep ? 1 : 0, 0, 0, 0, 0, 0], id: id)
    }

    func parameters(_ pairs: [(String, String)], padding: Int = 0) -> FastCGIBytes {
        record(Self.parameters, Self.encode(pairs), padding: padding)
    }

    func endParameters() -> FastCGIBytes { record(Self.parameters) }

    func body(_ text: String, padding: Int = 0) -> FastCGIBytes {
        record(Self.standardInput, Array(text.utf8), padding: padding)
    }

    func endBody() -> FastCGIBytes { record(Self.standardInput) }

    func verdict(maxBody: Int = 8192) -> FastCGIScanner.Verdict {
        FastCGIScanner.scan(bytes.span, maxBody: maxBody)
    }

    static func encode(_ pairs: [(String, String)], long: Bool = false) -> [UInt8] {
        pairs.flatMap { name, value in
            length(name.utf8.count, long) + length(value.utf8.count, long) + Array(name.utf8) + Array(value.utf8)
        }
    }

    static func length(_ count: Int, _ long: Bool = false) -> [UInt8] {
        guard long || count > 127 else { return [UInt8(count)] }
        return [0x80 | UInt8(count >> 24), UInt8(count >> 16 & 0xff), UInt8(count >> 8 & 0xff), UInt8(count & 0xff)]
    }

    /// Returns the parameters that nginx sends with its `fastcgi_params` file.
    static func likeNginx(contentLength: String = "") -> [(String, String)] {
        [
            ("QUERY_STRING", ""), ("REQUEST_METHOD", "POST"), ("CONTENT_TYPE", "application/json"),
            ("CONTENT_LENGTH", contentLength), ("SCRIPT_NAME", "/auth/login"), ("REQUEST_URI", "/auth/login?rd=/"),
            ("DOCUMENT_ROOT", "/usr/share/nginx/html"), ("SERVER_PROTOCOL", "HTTP/1.1"), ("REMOTE_ADDR", "192.0.2.7"),
            ("HTTP_HOST", "example.org"), ("HTTP_AUTHORIZATION", "Bearer afs_" + String(repeating: "x", count: 54)),
            ("HTTP_COOKIE", String(repeating: "c", count: 300)),
        ]
    }
}
