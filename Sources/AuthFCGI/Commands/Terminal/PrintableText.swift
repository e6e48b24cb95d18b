/// Text of others that goes to a terminal: control characters there could do more than be shown.
enum PrintableText {
    /// `text` with a `?` for what is not meant to be seen: control characters, line breaks of all kinds, and those that
    /// turn the direction of writing.
    ///
    /// - Parameter longest: in characters; what is cut off leaves an ellipsis.
    static func of(_ text: String, longest: Int = 255) -> String {
        let shown = String(String.UnicodeScalarView(text.unicodeScalars.map { isPrintable($0) ? $0 : "?" }))
        return shown.count > longest ? shown.prefix(longest - 1) + "…" : shown
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        ![.control, .format, .lineSeparator, .paragraphSeparator].contains(scalar.properties.generalCategory)
    }
}
