internal import EventLoop

/// Makes untrusted text safe for a terminal, where control characters could have an effect.
enum PrintableText {
    /// Returns `text` with a `?` for each control character, line break of any kind, and character that changes the
    /// direction of writing.
    ///
    /// - Parameter longest: the maximum length in characters; a longer text is cut and ends in an ellipsis.
    static func of(_ text: String, longest: Int = 255) -> String {
        let shown = String(String.UnicodeScalarView(text.unicodeScalars.map { $0.isControl ? "?" : $0 }))
        return shown.count > longest ? shown.prefix(longest - 1) + "…" : shown
    }

    /// Returns a text of several lines with a `?` in the same places, except for line feeds.
    static func lines(_ text: String) -> String {
        // The common case, without a table lookup.
        if text.utf8.allSatisfy({ (0x20..<0x7f).contains($0) || $0 == UInt8(ascii: "\n") }) { return text }
        return String(
            String.UnicodeScalarView(text.unicodeScalars.map { $0.isControl && $0 != "\n" ? "?" : $0 }))
    }
}
