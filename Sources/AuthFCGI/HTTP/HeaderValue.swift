internal import EventLoop

/// The value of a header: always printable ASCII without a space at either end. All initializers that take text from
/// outside encode or check it, so that no value can end its header and begin another.
struct HeaderValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
    private enum Storage {
        case literal(StaticString)
        case encoded(String)
    }

    private let storage: Storage

    /// The value as it is sent.
    var text: String {
        switch storage {
        case .literal(let text): text.description
        case .encoded(let text): text
        }
    }

    /// Makes a value from a literal of this program, which must be printable ASCII.
    init(stringLiteral text: StaticString) {
        storage = .literal(text)
    }

    init(integerLiteral number: Int) {
        self.init(number)
    }

    init(_ number: Int) {
        storage = .encoded(String(number))
    }

    /// Percent-encodes any text as UTF-8: every byte outside printable ASCII, `%`, and a space at either end. Decoding
    /// returns `text`.
    init(encoding text: String) {
        storage = .encoded(Self.text { PercentEncoding.append(text, to: &$0) })
    }

    /// Makes a value from a URL, or a path with a query, that is percent-encoded already. Bytes that no URL may contain
    /// are encoded; existing escapes are kept.
    init(url: String) {
        storage = .encoded(
            Self.text { result in
                for byte in url.utf8 {
                    // Browsers read "\" as "/", so that "/\host" would be another site.
                    if byte.isASCIIVisible, byte != UInt8(ascii: "\\") {
                        result.append(byte)
                    } else {
                        PercentEncoding.append(byte, to: &result)
                    }
                }
            })
    }

    /// Makes a value from text that needs no encoding.
    /// - Returns: nil unless `text` is printable ASCII without a space at either end.
    init?(verbatim text: String) {
        let bytes = text.utf8
        guard bytes.allSatisfy({ (0x20...0x7e).contains($0) }), bytes.first != UInt8(ascii: " "),
            bytes.last != UInt8(ascii: " ")
        else { return nil }
        storage = .encoded(text)
    }

    /// Appends the value as it is sent.
    @inline(__always)
    func append(to bytes: inout [UInt8]) {
        switch storage {
        case .literal(let text): bytes.append(text)
        case .encoded(let text): bytes.append(contentsOf: text.utf8)
        }
    }

    private static func text(_ write: (inout [UInt8]) -> Void) -> String {
        var bytes: [UInt8] = []
        write(&bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
