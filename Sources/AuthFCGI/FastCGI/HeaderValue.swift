/// The value of a header: printable ASCII without a space at either end, whatever it was made from. There is no way to
/// make one out of text from outside that does not encode it, so no value can end its header and begin another.
struct HeaderValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
    private enum Storage {
        case literal(StaticString)
        case encoded(String)
    }

    private let storage: Storage

    /// The value as it goes out.
    var text: String {
        switch storage {
        case .literal(let text): text.description
        case .encoded(let text): text
        }
    }

    /// A literal of this program: printable ASCII.
    init(stringLiteral text: StaticString) {
        storage = .literal(text)
    }

    init(integerLiteral number: Int) {
        self.init(number)
    }

    init(_ number: Int) {
        storage = .encoded(String(number))
    }

    /// Any text, percent-encoded as UTF-8: every byte outside printable ASCII, `%` itself, and a space at either end.
    /// Decoding it gives `text` back.
    init(encoding text: String) {
        storage = .encoded(Self.encode(text, alsoEncoding: nil))
    }

    /// Several texts, encoded like ``init(encoding:)`` along with their commas, and joined by commas.
    init(list: [String]) {
        var text = ""
        for (index, element) in list.enumerated() {
            if index > 0 { text += "," }
            text += Self.encode(element, alsoEncoding: UInt8(ascii: ","))
        }
        storage = .encoded(text)
    }

    /// A URL or a path with a query, which is percent-encoded where it must be already: what no URL may contain is
    /// encoded, and what is encoded stays as it is.
    init(url: String) {
        var result: [UInt8] = []
        result.reserveCapacity(url.utf8.count)
        for byte in url.utf8 {
            // A browser reads "\" as "/", which would make "/\host" another site.
            if (0x21...0x7e).contains(byte), byte != UInt8(ascii: "\\") {
                result.append(byte)
            } else {
                Self.appendEncoded(byte, to: &result)
            }
        }
        storage = .encoded(String(decoding: result, as: UTF8.self))
    }

    private init(joined text: String) {
        storage = .encoded(text)
    }

    /// Two values as one, for values with a fixed part: a cookie and its attributes.
    static func + (a: HeaderValue, b: HeaderValue) -> HeaderValue { HeaderValue(joined: a.text + b.text) }

    /// Appends the value as it goes out.
    @inline(__always)
    func append(to bytes: inout [UInt8]) {
        switch storage {
        case .literal(let text): bytes.append(text)
        case .encoded(let text): bytes.append(contentsOf: text.utf8)
        }
    }

    private static func encode(_ text: String, alsoEncoding separator: UInt8?) -> String {
        func isPlain(_ byte: UInt8) -> Bool {
            byte > 0x20 && byte < 0x7f && byte != UInt8(ascii: "%") && byte != separator
        }
        var text = text
        // In place: this is done five times a check, and nearly always there is nothing to encode.
        let encoded: [UInt8]? = text.withUTF8 { bytes in
            let bytes = unsafe bytes.span
            let last = bytes.count - 1
            func isKept(_ index: Int) -> Bool {
                isPlain(bytes[index]) || bytes[index] == UInt8(ascii: " ") && index > 0 && index < last
            }
            var index = 0
            while index <= last, isKept(index) { index += 1 }
            guard index <= last else { return nil }
            var result: [UInt8] = []
            result.reserveCapacity(bytes.count + 16)
            for index in bytes.indices {
                if isKept(index) { result.append(bytes[index]) } else { appendEncoded(bytes[index], to: &result) }
            }
            return result
        }
        return encoded.map { String(decoding: $0, as: UTF8.self) } ?? text
    }

    private static func appendEncoded(_ byte: UInt8, to result: inout [UInt8]) {
        func digit(_ value: UInt8) -> UInt8 { value + (value < 10 ? UInt8(ascii: "0") : UInt8(ascii: "A") - 10) }
        result.append(UInt8(ascii: "%"))
        result.append(digit(byte >> 4))
        result.append(digit(byte & 15))
    }
}
