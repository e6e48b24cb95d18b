import TestSupport

/// Bytes as of a client or a front that speaks HTTP, more or less.
enum GeneratedRequest {
    private static let requestLines = [
        "GET / HTTP/1.1", "POST /a?b HTTP/1.1", "HEAD / HTTP/1.0", "PUT http://a/x HTTP/1.1", "OPTIONS * HTTP/1.1",
        "GET /é HTTP/1.1", "GET / HTTP/1.2",
    ]

    private static let fields = [
        "Host: a", "Content-Length: 3", "Content-Length: 0", "Transfer-Encoding: chunked", "Connection: close",
        "Connection: keep-alive, x", "Cookie: a=b", "Authorization: Bearer x", "Expect: 100-continue", "X: \u{ff} y\t",
        "Accept:", "Host: b", " folded", "X-Forwarded-For: 192.0.2.7, x", "Transfer-Encoding: gzip",
        "Content-Length: 3, 3", "X-Forwarded-Host: b",
    ]

    private static let bodies = [
        "", "abc", "3\r\nabc\r\n0\r\n\r\n", "3;x=y\r\nabc\r\n1\r\nd\r\n0\r\nT: x\r\n\r\n", "0\r\n\r\n",
        "1;\r\nx\r\n00\r\n\r\n", "ff\r\n",
    ]

    private static let pieces = [
        "\r", "\n", "\r\n", " ", "\t", "\0", ":", ",", "\u{b}", "\u{7f}", "\u{a0}", "0", "3", "x", ";", "_", "#",
    ].map { Array($0.utf8) }

    /// Returns a request, with up to three changes and perhaps with another one behind it.
    static func bytes(_ random: inout SeededGenerator) -> [UInt8] {
        var lines = [requestLines.randomElement(using: &random) ?? ""]
        if random.chance(0.8) { lines.append("Host: a") }
        for _ in 0..<Int.random(in: 0...4, using: &random) { lines.append(fields.randomElement(using: &random) ?? "") }
        let head = lines.map { $0 + "\r\n" }.joined() + "\r\n"
        let next = random.chance(0.5) ? "GET /next HTTP/1.1\r\nHost: a\r\n\r\n" : ""
        var bytes = Array((head + (bodies.randomElement(using: &random) ?? "") + next).utf8)
        for _ in 0..<([0, 0, 1, 1, 2, 3].randomElement(using: &random) ?? 0) {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            let piece = pieces.randomElement(using: &random) ?? []
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<4: bytes.insert(contentsOf: piece, at: place)
            case 4..<6: bytes.remove(at: place)
            case 6..<8: bytes[place] = .random(in: 0...255, using: &random)
            default: bytes.replaceSubrange(place...place, with: piece)
            }
        }
        return bytes
    }
}
