/// The languages that a browser prefers, from the header Accept-Language (RFC 9110, section 12.5.4).
struct LanguagePreference {
    /// The language ranges in lower case, the most preferred first, without those that are not acceptable.
    let ranges: [String]

    /// The part of a header that is read. Browsers send less.
    private static let maxLength = 512

    init(_ header: String) {
        let entries = header.utf8.prefix(Self.maxLength).split(separator: UInt8(ascii: ","))
            .compactMap { Self.entry(Substring($0)) }
        // The order of equal weights is that of the header.
        ranges = entries.enumerated().filter { $0.element.weight > 0 }
            .sorted { ($1.element.weight, $0.offset) < ($0.element.weight, $1.offset) }
            .map(\.element.range)
    }

    /// Returns the index of the language that fits best (RFC 4647, section 3.4, "lookup"): `de` for `de-AT`. In addition
    /// `pt-BR` fits `pt`.
    /// - Parameter tags: the language tags that there are, in lower case.
    /// - Returns: nil if none fits.
    func best(among tags: [String]) -> Int? {
        for range in ranges {
            if range == "*" { return nil }
            var prefix = range[...]
            while true {
                if let index = tags.firstIndex(where: { $0 == prefix }) { return index }
                guard let hyphen = prefix.lastIndex(of: "-") else { break }
                prefix = prefix[..<hyphen]
                // A single character begins an extension, and is no tag by itself.
                if let last = prefix.lastIndex(of: "-"), prefix.distance(from: last, to: prefix.endIndex) == 2 {
                    prefix = prefix[..<last]
                }
            }
            if let index = tags.firstIndex(where: { $0.hasPrefix(range + "-") }) { return index }
        }
        return nil
    }

    /// Returns a range with its weight in thousandths; nil for what is none.
    private static func entry(_ text: Substring) -> (range: String, weight: Int)? {
        let parts = text.split(separator: ";").map { part in part.filter { $0 != " " && $0 != "\t" } }
        guard let range = parts.first?.lowercased(), isRange(range) else { return nil }
        guard parts.count > 1 else { return (range, 1000) }
        guard parts.count == 2, let weight = Self.weight(parts[1].lowercased()) else { return nil }
        return (range, weight)
    }

    /// Parses `q=0.8`, which has up to three decimals (RFC 9110, section 12.4.2).
    private static func weight(_ text: String) -> Int? {
        guard text.hasPrefix("q=") else { return nil }
        let parts = text.dropFirst(2).split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, whole == "0" || whole == "1" else { return nil }
        let decimals = parts.count > 1 ? parts[1] : ""
        guard decimals.utf8.count <= 3, decimals.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let fraction = Int(decimals + String(repeating: "0", count: 3 - decimals.utf8.count))
        else { return nil }
        let weight = (whole == "1" ? 1000 : 0) + fraction
        return weight <= 1000 ? weight : nil
    }

    private static func isRange(_ text: String) -> Bool {
        text == "*"
            || !text.isEmpty
                && text.utf8.allSatisfy { byte in
                    byte == UInt8(ascii: "-") || (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte)
                } && text.first != "-" && text.last != "-"
    }
}
