internal import FoundationEssentials

/// The languages of the pages: those of the program, and the operator's own.
struct PageLanguages: Sendable {
    /// All languages; the first, English, is the one for browsers that ask for none of them.
    let all: [PageLanguage]
    /// The language tags in lower case.
    private let tags: [String]

    /// - Parameters:
    ///   - own: the operator's own files, by language tag. They replace texts or add languages.
    ///   - keys: keys of texts that the operator's templates use.
    init(own: [String: String], keys: Set<String>) throws(PagesProblem) {
        var texts: [String: [String: String]] = [:]
        for (tag, file) in Self.builtIn { texts[tag] = try Self.read(file, tag, keys: []) }
        let english = texts["en"] ?? [:]
        var problems: [String] = []
        var names: [String: String] = [:]
        for (name, file) in own.sorted(by: { $0.key < $1.key }) {
            do throws(PagesProblem) {
                guard Self.isTag(name) else {
                    throw PagesProblem(
                        file: name + PagesFolder.languageSuffix, "the name is no language tag, such as fr or pt-BR")
                }
                // The case of a tag has no meaning (RFC 5646, section 2.1.1).
                if let other = names.updateValue(name, forKey: name.lowercased()) {
                    throw PagesProblem(
                        file: name + PagesFolder.languageSuffix,
                        "\(other)\(PagesFolder.languageSuffix) is the same language; remove one of the two")
                }
                let tag = texts.keys.first { $0.lowercased() == name.lowercased() } ?? name
                let new = try Self.read(file, name, keys: keys)
                try Self.check(new, english, file, name)
                texts[tag, default: [:]].merge(new) { _, new in new }
            } catch {
                problems += error.lines
            }
        }
        guard problems.isEmpty else { throw PagesProblem(problems) }
        let others = english.merging(texts["en"] ?? [:]) { _, new in new }
        let order = texts.keys.sorted { ($0 == "en" ? 0 : 1, $0) < ($1 == "en" ? 0 : 1, $1) }
        all = order.map { PageLanguage(tag: $0, texts[$0] ?? [:], others: others) }
        tags = order.map { $0.lowercased() }
    }

    /// Returns the index of the language for a request.
    /// - Parameter header: the value of Accept-Language.
    func index(for header: String?) -> Int {
        guard let header, !header.isEmpty else { return 0 }
        return LanguagePreference(header).best(among: tags) ?? 0
    }

    private static let builtIn: [String: String] = [
        "de": PackageResources.de_json, "en": PackageResources.en_json,
    ].mapValues { String(decoding: $0, as: UTF8.self) }

    /// Reads the texts of a file.
    private static func read(_ file: String, _ tag: String, keys: Set<String>) throws(PagesProblem) -> [String: String]
    {
        let name = tag + PagesFolder.languageSuffix
        let texts: [String: String]
        do {
            texts = try JSONDecoder().decode([String: String].self, from: Data(file.utf8))
        } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context) {
            let key = context.codingPath.last?.stringValue
            throw PagesProblem(
                file: name, line: key.flatMap { line(of: $0, in: file) },
                key.map { "\($0) is no text; write it in quotation marks" } ?? "it is no JSON object of texts")
        } catch {
            throw PagesProblem(file: name, line: JSONMistake.line(in: file), "it is not JSON from here on")
        }
        let known = Set(PageText.allCases.map(\.rawValue)).union(keys)
        let unknown = texts.keys.filter { !known.contains($0) }.sorted()
        guard unknown.isEmpty else {
            throw PagesProblem(
                unknown.map { key in
                    let place = line(of: key, in: file).map { ", line \($0)" } ?? ""
                    let meant = Suggestion.nearest(to: key, among: known.sorted())
                    let hint = meant.map { "; perhaps \($0) is meant" } ?? ""
                    return "\(name)\(place): no page has the text \(key)\(hint)"
                })
        }
        if let direction = texts[PageText.direction.rawValue], direction != "ltr", direction != "rtl" {
            throw PagesProblem(
                file: name, line: line(of: PageText.direction.rawValue, in: file), "direction is ltr or rtl")
        }
        return texts
    }

    /// Refuses texts that would leave a button without a name, or a sentence without what is filled in.
    private static func check(
        _ texts: [String: String], _ english: [String: String], _ file: String, _ tag: String
    ) throws(PagesProblem) {
        var lines: [String] = []
        for (key, text) in texts.sorted(by: { $0.key < $1.key }) {
            guard let original = english[key] else { continue }
            let place = tag + PagesFolder.languageSuffix + (line(of: key, in: file).map { ", line \($0)" } ?? "")
            if text.allSatisfy(\.isWhitespace) {
                lines.append("\(place): \(key) is empty; write a text, or leave it out")
            }
            var known = PageLanguage.placeholders(in: original)
            // English shows the name of the month instead.
            if key == PageText.dateTime.rawValue { known.insert("month") }
            let names = known.sorted().map { "{\($0)}" }.joined(separator: ", ")
            for name in PageLanguage.placeholders(in: text).subtracting(known).sorted() {
                lines.append(
                    "\(place): \(key) has no value {\(name)}; " + (known.isEmpty ? "remove it" : "it has \(names)"))
            }
        }
        guard lines.isEmpty else { throw PagesProblem(lines) }
    }

    private static func line(of key: String, in file: String) -> Int? {
        guard let range = file.firstRange(of: "\"\(key)\"") else { return nil }
        return 1 + file[..<range.lowerBound].utf8.count { $0 == UInt8(ascii: "\n") }
    }

    private static func isTag(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard let first = parts.first, (2...8).contains(first.utf8.count) else { return false }
        return parts.allSatisfy { part in
            (1...8).contains(part.utf8.count)
                && part.utf8.allSatisfy { byte in
                    (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
                }
        }
    }
}
