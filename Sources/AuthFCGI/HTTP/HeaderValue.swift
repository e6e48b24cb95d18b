internal import EventLoop

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
        storage = .encoded(Self.text { PercentEncoding.append(text, to: &$0) })
    }

    /// Several texts, encoded like ``init(encoding:)`` along with their commas, and joined by commas.
    init(list: [String]) {
        storage = .encoded(
            Self.text { bytes in
                for (index, element) in list.enumerated() {
                    if index > 0 { bytes.append(UInt8(ascii: ",")) }
                    PercentEncoding.append(element, alsoEncoding: UInt8(ascii: ","), to: &bytes)
                }
            })
    }

    /// A URL or a path with a query, which is percent-encoded where it must be already: what no URL may contain is
    /// encoded, and what is encoded stays as it is.
    init(url: String) {
        storage = .encoded(
            Self.text { result in
                for byte in url.utf8 {
                    // A browser reads "\" as "/", which would make "/\host" another site.
                    if byte.isASCIIVisible, byte != UInt8(ascii: "\\") {
                        result.append(byte)
                    } else {
                        PercentEncoding.append(byte, to: &result)
                    }
                }
            })
    }

    /// Text that is a header's value as it stands; nil for anything but printable ASCII without a space at either end.
    init?(verbatim text: String) {
        let bytes = text.utf8
        guard bytes.allSatisfy({ (0x20...0x7e).contains($0) }), bytes.first != UInt8(ascii: " "),
            bytes.last != UInt8(ascii: " ")
        else { return nil }
        storage = .encoded(text)
    }

    /// Appends the value as it goes out.
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
