import Testing

@testable import AuthFCGI

@Suite struct PreparedPageTests {
    @Test(arguments: [("a|b", 1), ("|", 1), ("||", 2), ("a", 0), ("", 0), ("é|漢", 1)])
    func `a value takes the place of each mark, escaped`(_ html: String, _ places: Int) {
        let page = PreparedPage(html, mark: "|")
        #expect(page.places == places)
        let body = String(decoding: page.body("<x>"), as: UTF8.self)
        #expect(body == html.replacing("|", with: "&lt;x&gt;"))
    }
}
