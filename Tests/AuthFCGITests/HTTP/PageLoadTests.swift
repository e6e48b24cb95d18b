import Testing

@testable import AuthFCGI

/// Which requests are answered with pages.
struct PageLoadTests {
    private func isPageLoad(_ mode: String?, _ accept: String?) -> Bool {
        let facts: [(OriginalRequest.Fact, String?)] = [(.fetchMode, mode), (.accept, accept)]
        return OriginalRequest(facts.compactMap { fact, value in value.map { (fact, $0) } }).isPageLoad
    }

    @Test func `Sec-Fetch-Mode decides if there is one`() {
        #expect(isPageLoad("navigate", nil) && isPageLoad("navigate", "application/json"))
        for mode in ["cors", "no-cors", "same-origin", "websocket", "NAVIGATE", "navigate, cors"] {
            #expect(!isPageLoad(mode, "text/html"))
        }
    }

    @Test func `otherwise it is what the client accepts`() {
        for accept in [
            "text/html", "text/html,application/xhtml+xml,*/*;q=0.8", "a/b ,\ttext/html;level=1", "Text/HTML",
        ] {
            #expect(isPageLoad(nil, accept) && isPageLoad("", accept))
        }
        for accept in [nil, "", "*/*", "text/*", "application/json, text/plain, */*", "text/html5", "x;a=text/html"]
            as [String?]
        {
            #expect(!isPageLoad(nil, accept))
        }
    }
}
