/// The texts of the pages in one language.
struct PageLanguage: Sendable {
    /// The language tag (RFC 5646), such as `de` or `pt-BR`: the name of the file.
    let tag: String
    private let texts: [String: String]
    /// The texts for templates.
    let escaped: [String: TemplateText]
    private let months: [Substring]

    /// - Parameters:
    ///   - texts: by key. May lack some.
    ///   - others: the texts for the keys that are missing: those of English.
    init(tag: String, _ texts: [String: String], others: [String: String]) {
        self.tag = tag
        self.texts = texts.merging(others) { own, _ in own }
        escaped = self.texts.mapValues { TemplateText($0) }
        months = (self.texts[PageText.monthNames.rawValue] ?? "").split(separator: " ")
    }

    /// Returns a text with its values in place.
    func text(_ key: PageText, _ values: [String: String] = [:]) -> String {
        let text = texts[key.rawValue] ?? ""
        return values.isEmpty ? text : Self.fill(text, values)
    }

    /// Returns a duration in words, such as "30 seconds" or "5 minutes". Never shorter than the duration.
    func duration(seconds: Int) -> String {
        let seconds = max(1, seconds)
        let (count, one, several): (Int, PageText, PageText) =
            switch seconds {
            case ...90: (seconds, .oneSecond, .seconds)
            case ...5400: ((seconds + 59) / 60, .oneMinute, .minutes)
            default: ((seconds + 3599) / 3600, .oneHour, .hours)
            }
        return text(count == 1 ? one : several, ["count": "\(count)"])
    }

    /// Returns a time for people.
    /// - Parameter time: in ISO 8601, UTC, such as `2026-11-30T08:25Z`. A text of another form is returned as it is.
    func time(_ time: String) -> String {
        let parts = time.split { "-T:Z".contains($0) }
        guard parts.count >= 5, let month = Int(parts[1]), (1...12).contains(month) else { return time }
        let name = months.count == 12 ? months[month - 1] : parts[1]
        return text(
            .dateTime,
            [
                "year": String(parts[0]), "month": String(parts[1]), "monthName": String(name),
                "day": String(parts[2]), "hour": String(parts[3]), "minute": String(parts[4]),
            ])
    }

    /// Returns the names of the values in a text: `count` of `{count}`.
    static func placeholders(in text: String) -> Set<String> {
        var names: Set<String> = []
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            rest = rest[rest.index(after: open)...]
            let name = rest.prefix(while: \.isLetter)
            if !name.isEmpty, rest[name.endIndex...].first == "}" { names.insert(String(name)) }
        }
        return names
    }

    /// Replaces each `{name}` that has a value.
    private static func fill(_ text: String, _ values: [String: String]) -> String {
        var result = ""
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            result += rest[..<open]
            let inside = rest[rest.index(after: open)...]
            guard let close = inside.firstIndex(of: "}"), let value = values[String(inside[..<close])] else {
                result += "{"
                rest = inside
                continue
            }
            result += value
            rest = inside[inside.index(after: close)...]
        }
        return result + rest
    }
}
