import Testing

@testable import AuthFCGI

@Suite struct LanguagePreferenceTests {
    private static let tags = ["en", "de", "pt-br", "zh-hant"]

    @Test(arguments: [
        ("de", "de"), ("DE", "de"), ("de-AT", "de"), ("de-AT-1996", "de"), ("de-x-private", "de"),
        ("de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7", "de"), ("en-GB, de;q=0.9", "en"), ("fr, de;q=0.5, en;q=0.4", "de"),
        ("en;q=0.4, de;q=0.5", "de"), ("en;q=0.5, de;q=0.5", "en"), ("fr;q=1.0, de ; q=0.001", "de"),
        ("pt", "pt-br"), ("pt-PT", nil), ("zh-Hant-TW", "zh-hant"), ("zh", "zh-hant"), ("*", nil), ("fr, *;q=0.5", nil),
        ("de;q=0", nil), ("de;q=0, en", "en"), ("de;q=0.0,en;q=0.1", "en"), ("", nil), (",,,", nil), (";q=1", nil),
        ("de;q=2", nil), ("de;q=1.5", nil), ("de;q=0.1234", nil), ("de;level=1", nil), ("de_AT", nil), ("-de", nil),
        ("\u{0}de", nil), ("dé", nil),
    ])
    func `the language is the best of those that there are`(_ header: String, _ tag: String?) {
        #expect(LanguagePreference(header).best(among: Self.tags).map { Self.tags[$0] } == tag)
    }

    @Test func `a very long header is read in part`() {
        let header = String(repeating: "fr;q=0.1,", count: 10_000) + "de"
        #expect(LanguagePreference(header).best(among: Self.tags) == nil)
        #expect(LanguagePreference(header).ranges.count < 100)
    }
}
