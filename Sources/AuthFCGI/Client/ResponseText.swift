internal import EventLoop

/// A response as text, in whatever protocol it came: the lines of the head, an empty line, the body.
struct ResponseText {
    let head: Substring
    let body: Substring

    /// - Returns: nil if the head is not complete.
    init?(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let line = text.firstRange(of: "\r\n\r\n") else { return nil }
        head = text[..<line.lowerBound]
        body = text[line.upperBound...]
    }

    /// Returns the value of a header, without spaces before it; nil if there is no such header.
    /// - Parameter name: in lower case.
    func value(of name: String) -> Substring? {
        let line = head.split(whereSeparator: \.isNewline).first { $0.lowercased().hasPrefix(name + ":") }
        return line?.dropFirst(name.count + 1).drop { $0 == " " }
    }

    /// Returns the status code at the beginning of a text; nil if it is malformed.
    static func status(_ text: Substring) -> Int? {
        let digits = text.prefix { $0 != " " && $0 != "\r\n" }
        return digits.utf8.count == 3 && digits.utf8.allSatisfy(\.isASCIIDigit) ? Int(digits) : nil
    }
}
