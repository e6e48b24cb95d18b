internal import Mustache

/// A text for templates, which is escaped whatever the template says: with `{{{name}}}` too.
///
/// The library's own escaping looks at characters as people see them, and lets a quotation mark with a combining accent
/// pass, which ends an attribute for a browser. Here each byte counts. Templates are rendered as plain text by
/// ``PageTemplates``, so that nothing is escaped twice.
struct TemplateText: MustacheCustomRenderable, MustacheParent, Equatable {
    /// The text in HTML, for content and for attributes in quotes.
    let renderText: String

    init(_ text: String) { renderText = Self.escape(text) }

    /// True if the text is empty. Then a section is left out.
    var isNull: Bool { renderText.isEmpty }

    func child(named: String) -> Any? { nil }

    /// Returns `text` without a character that has a meaning in HTML, and with U+FFFD for control characters, which HTML
    /// forbids.
    static func escape(_ text: String) -> String {
        if text.utf8.allSatisfy(\.isPlainInHTML) { return text }
        var result: [UInt8] = []
        result.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result.append("&amp;")
            case "<": result.append("&lt;")
            case ">": result.append("&gt;")
            case "\"": result.append("&quot;")
            case "'": result.append("&#39;")
            case "\t", "\n": result.append(UInt8(scalar.value))
            case "\0"..."\u{1f}", "\u{7f}"..."\u{9f}": result.append("\u{fffd}")
            default: if let bytes = UTF8.encode(scalar) { result.append(contentsOf: bytes) }
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}

extension UInt8 {
    /// True for ASCII characters without a meaning in HTML.
    fileprivate var isPlainInHTML: Bool {
        switch self {
        case UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""), UInt8(ascii: "'"): false
        default: (0x20..<0x7f).contains(self)
        }
    }
}
