import TestSupport

/// A request as an upstream application received it.
struct EchoedRequest: CustomStringConvertible {
    let startLine: String
    let headers: [(name: String, value: String)]
    /// The body, or nil if the headers are incomplete.
    let body: String?
    let description: String

    init(bytes: [UInt8]) {
        description = String(decoding: bytes, as: UTF8.self)
        let parts = description.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        let lines = (parts.first ?? "").split(separator: "\r\n", omittingEmptySubsequences: false).map(String.init)
        startLine = lines.first ?? ""
        headers = lines.dropFirst().map { line in
            let name = line.prefix { $0 != ":" }
            return (String(name), line.dropFirst(name.count + 1).trimmed)
        }
        body = parts.count == 2 ? String(parts[1]) : nil
    }

    /// Creates the request from the response of an `EchoApplication`.
    init(_ answer: HTTPAnswer) {
        self.init(bytes: answer.body)
    }

    /// Method and path, such as `GET /page`. Nil unless the request has one of the default HTTP versions of nginx: 1.0,
    /// and 1.1 since nginx 1.30.
    var methodAndPath: String? {
        let version = [" HTTP/1.0", " HTTP/1.1"].first { startLine.hasSuffix($0) }
        return version.map { String(startLine.dropLast($0.count)) }
    }

    /// Returns all values of a header. Names are compared without regard to case.
    subscript(name: String) -> [String] {
        headers.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
    }
}

extension Substring {
    fileprivate var trimmed: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
