import Testing

@testable import AuthFCGI

@Suite struct PageLanguageTests {
    private let languages: PageLanguages

    init() throws { languages = try PageLanguages(own: [:], keys: []) }

    private func language(_ tag: String) throws -> PageLanguage { try #require(languages.all.first { $0.tag == tag }) }

    @Test func `English is the first language, and every language of the program has all texts`() throws {
        #expect(languages.all.map(\.tag) == ["en", "de"])
        let (english, german) = (try language("en"), try language("de"))
        for key in PageText.allCases {
            #expect(!english.text(key).isEmpty && !german.text(key).isEmpty, "\(key)")
            let same: Set<PageText> = [.direction]
            #expect(same.contains(key) || english.text(key) != german.text(key), "\(key)")
            func names(_ text: String) -> Set<Substring> {
                let parts = text.split(separator: "{", omittingEmptySubsequences: false).dropFirst()
                return Set(parts.map { $0.prefix { $0 != "}" } })
            }
            let isFree: Set<PageText> = [.dateTime]
            #expect(isFree.contains(key) || names(english.text(key)) == names(german.text(key)), "\(key)")
        }
    }

    @Test(arguments: [
        (0, "one second"), (1, "one second"), (30, "30 seconds"), (90, "90 seconds"), (91, "2 minutes"),
        (3600, "60 minutes"), (5400, "90 minutes"), (5401, "2 hours"), (86_400, "24 hours"),
    ])
    func `a duration is told in the largest unit that is exact enough, and never too short`(
        _ seconds: Int, _ text: String
    ) throws {
        #expect(try language("en").duration(seconds: seconds) == text)
    }

    @Test func `a time is told as people write it`() throws {
        #expect(try language("en").time("2026-03-05T08:25Z") == "05 Mar 2026, 08:25 UTC")
        #expect(try language("de").time("2026-03-05T08:25Z") == "05.03.2026, 08:25 UTC")
        #expect(try language("en").time("2026-03-05T08:25:59Z") == "05 Mar 2026, 08:25 UTC")
        for text in ["", "soon", "2026-13-05T08:25Z"] { #expect(try language("en").time(text) == text) }
    }

    @Test func `values take their places in a text, and other braces stay`() {
        let language = PageLanguage(
            tag: "x", ["signIn": "{a} {b} {a{a}} {", "end": "{b}"], others: ["end": "End", "busy": "B"])
        #expect(language.text(.signIn, ["a": "{b}"]) == "{b} {b} {a{b}} {")
        #expect(language.text(.signIn) == "{a} {b} {a{a}} {")
        #expect(language.text(.end) == "{b}" && language.text(.busy) == "B" && language.text(.account) == "")
    }
}
