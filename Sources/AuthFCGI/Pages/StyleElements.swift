internal import FoundationEssentials
internal import Sessions

/// The `<style>` elements of a page.
enum StyleElements {
    /// Returns the sources for `style-src` that permit the elements of a page, and no other style (Content Security Policy
    /// Level 3, section 2.3.1).
    static func sources(in html: String) -> Set<String> {
        Set(
            contents(in: html).map { content in
                let digest = SHA256.digest(content.utf8Span.span)
                return "'sha256-" + Data(digest.bytes).base64EncodedString() + "'"
            })
    }

    private static func contents(in html: String) -> [String] {
        var contents: [String] = []
        var rest = html.utf8[...]
        while let start = rest.firstRange(of: "<style".utf8),
            let open = rest[start.upperBound...].firstIndex(of: UInt8(ascii: ">")),
            let end = rest[open...].firstRange(of: "</style".utf8)
        {
            contents.append(String(Substring(rest[rest.index(after: open)..<end.lowerBound])))
            rest = rest[end.upperBound...]
        }
        return contents
    }
}
