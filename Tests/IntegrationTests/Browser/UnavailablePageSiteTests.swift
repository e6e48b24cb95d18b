import TestSupport
import Testing

/// The page that nginx shows while the gate is away is the one that the gate shows while its database is.
@Suite(.serialized, .leavesCleanLogs) struct UnavailablePageSiteTests {
    private static let headers = [
        "Content-Type", "Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy",
        "Cache-Control", "Cross-Origin-Opener-Policy", "Content-Language",
    ]

    private let site: Site
    private let token: String

    init() throws {
        site = try Site(workers: 1)
        token = try site.pod.signIn()
    }

    private func page(_ language: String) throws -> HTTPAnswer {
        let others = Browser.request(token).filter { $0.0 != "Accept-Language" }
        return try site.pod.client().get("/auth/account", headers: others + [("Accept-Language", language)])
    }

    private func form(_ language: String) throws -> HTTPAnswer {
        let others = Browser.request(token).filter { !["Accept-Language", "Sec-Fetch-Site"].contains($0.0) }
        return try site.pod.client().post(
            "/auth/account", "action=all", type: "application/x-www-form-urlencoded",
            headers: others + [("Accept-Language", language), ("Sec-Fetch-Site", "same-origin")])
    }

    @Test func `the answer to a form is the same too, and does not try again by itself`() throws {
        try site.postgreSQL.stop()
        let answers = try ["en", "de"].map { try form($0) }
        site.pod.gate.kill()
        for (own, language) in zip(answers, ["en", "de"]) {
            let shown = try form(language)
            #expect(own.status == 503 && shown.status == 503 && shown.headers["Retry-After"] != nil)
            #expect(shown.text == own.text && !shown.text.contains("http-equiv"), "\(language)")
            for name in Self.headers { #expect(shown.headers[name] == own.headers[name], "\(name)") }
        }
    }

    @Test func `both are the same in each language`() throws {
        try site.postgreSQL.stop()
        let (english, german) = (try page("en"), try page("de-AT,de;q=0.9"))
        #expect(english.status == 503 && german.status == 503)
        site.pod.gate.kill()
        for (own, language) in [(english, "en"), (german, "de-AT,de;q=0.9"), (english, "fr,de;q=0.5"), (english, "x")] {
            let shown = try page(language)
            #expect(shown.status == 503 && shown.headers["Retry-After"] != nil)
            #expect(shown.text == own.text, "\(language)")
            for name in Self.headers { #expect(shown.headers[name] == own.headers[name], "\(name)") }
        }
    }
}
