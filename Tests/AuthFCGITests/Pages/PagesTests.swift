import FoundationEssentials
import Sessions
import Testing

@testable import AuthFCGI

@Suite struct PagesTests {
    let pages = Pages()

    static let samples = Page.samples
    static let languages = ["en", "de"]

    func html(_ page: Page, _ language: String = "en", _ pages: Pages? = nil) -> String {
        let request = OriginalRequest([(.acceptLanguage, language)])
        return String(decoding: (pages ?? self.pages).response(page, to: request).body, as: UTF8.self)
    }

    private func headers(_ response: Response) -> [String: String] {
        Dictionary(response.headers.map { ($0.name.text.description, $0.value.text) }) { first, _ in first }
    }

    // MARK: All pages

    @Test func `every page is a whole document in its language, with one heading and one main part`() {
        for page in Self.samples {
            for language in Self.languages {
                let html = html(page, language)
                #expect(html.hasPrefix("<!doctype html>\n<html lang=\"\(language)\" dir=\"ltr\">"))
                for once in ["<h1>", "</h1>", "<main", "</main>", "<title>", "</html>", "<style>", "name=\"viewport\""]
                {
                    #expect(html.ranges(of: once).count == 1, "\(once) on \(page)")
                }
                #expect(!html.contains("{{"))
                #expect(!html.contains("<title></title>") && !html.contains("<h1></h1>"))
                #expect(!html.contains("<script") && !html.contains(" style="))
            }
        }
    }

    @Test func `every page is smaller than 14 KB, also with the longest list of sessions`() throws {
        for page in Self.samples {
            for language in Self.languages { #expect(html(page, language).utf8.count < 14_000, "\(page)") }
        }
        var account = try #require(Self.account)
        account.sessions = (0..<1000).map { number in
            AccountPage.Entry(
                id: "00000000-0000-4000-8000-000000000000", device: "Samsung Internet on Android",
                address: "2001:db8:1234:5678:9abc:def0:1234:5678", label: "", createdAt: "2026-11-30T08:25Z",
                lastSeenAt: "2026-11-30T09:10Z", isCurrent: number == 999)
        }
        for language in Self.languages {
            let html = html(.account(account), language)
            #expect(html.utf8.count < 14_000)
            #expect(html.ranges(of: "<li>").count == AccountPage.shownSessions)
            let english = "and 988 more, which “End all others” ends too"
            let german = "und 988 weitere, die „Alle anderen beenden“ auch beendet"
            #expect(html.contains(language == "en" ? english : german))
            #expect(html.contains(language == "en" ? "this browser" : "dieser Browser"))
        }
    }

    @Test func `of a list that may be longer the page says at least how many sessions there are`() throws {
        var account = try #require(Self.account)
        let entry = try #require(account.sessions.last)
        for (count, more) in [(AccountPage.shownSessions, nil), (100, "and at least 88 more, ")] as [(Int, String?)] {
            account.sessions = Array(repeating: entry, count: count)
            account.mayHaveMore = count == 100
            let html = html(.account(account))
            #expect(html.contains("at least") == (more != nil) && more.map { html.contains($0) } != false)
        }
    }

    @Test func `each label belongs to a field, each id is there once, and each field has its purpose`() {
        for page in Self.samples {
            let html = html(page)
            let ids = values(of: "id", in: html)
            #expect(Set(ids).count == ids.count, "\(page)")
            for name in ["for", "aria-labelledby", "aria-describedby"] {
                for value in values(of: name, in: html) {
                    for id in value.split(separator: " ") { #expect(ids.contains(String(id)), "\(name) \(id)") }
                }
            }
            for field in html.split(separator: "<input ").dropFirst() where field.contains("type=\"password\"") {
                #expect(field.contains("autocomplete=\"current-password\"") || field.contains("=\"new-password\""))
            }
            #expect(html.ranges(of: " autofocus").count <= 1)
        }
    }

    @Test func `what changes something is a button in a form that is posted to this site`() {
        for page in Self.samples {
            let html = html(page)
            for form in html.split(separator: "<form ").dropFirst() {
                #expect(form.prefix { $0 != ">" }.contains("method=\"post\" action=\"/auth/"))
            }
            let links = values(of: "href", in: html).filter { !$0.hasPrefix("data:") }
            #expect(links.allSatisfy { ["", "/", "/auth/login", "/auth/account"].contains($0) }, "\(links)")
        }
    }

    func values(of attribute: String, in html: String) -> [String] {
        html.ranges(of: " \(attribute)=\"").map { String(html[$0.upperBound...].prefix { $0 != "\"" }) }
    }

    // MARK: Headers

    @Test func `every page has the headers that protect it, and the policy permits its style and no other`() throws {
        for page in Self.samples {
            for language in Self.languages {
                let response = pages.response(page, to: OriginalRequest([(.acceptLanguage, language)]))
                let headers = headers(response)
                #expect(headers["X-Content-Type-Options"] == "nosniff" && headers["X-Frame-Options"] == "DENY")
                #expect(headers["Referrer-Policy"] == "strict-origin")
                #expect(headers["Cross-Origin-Opener-Policy"] == "same-origin")
                #expect(headers["Vary"] == "Cookie, Accept-Language" && headers["Content-Language"] == language)
                let html = String(decoding: response.body, as: UTF8.self)
                let start = try #require(html.firstRange(of: "<style>")).upperBound
                let end = try #require(html.firstRange(of: "</style>")).lowerBound
                let digest = SHA256.digest(String(html[start..<end]).utf8Span.span)
                let hash = Data(digest.bytes).base64EncodedString()
                #expect(
                    headers["Content-Security-Policy"]
                        == "default-src 'none'; style-src 'sha256-\(hash)'; img-src 'self' data:; "
                        + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
                let sent = String(decoding: response.serialized(), as: UTF8.self)
                #expect(sent.contains("\r\nCache-Control: no-store\r\n"))
            }
        }
    }

    @Test func `status and further headers are those of the route`() {
        let response = pages.response(
            .signOut, .tooManyRequests, to: OriginalRequest([(.method, "GET")]), headers: [(.retryAfter, 30)])
        #expect(response.status == .tooManyRequests)
        #expect(headers(response)["Retry-After"] == "30" && headers(response)["Content-Language"] == "en")
    }

    @Test func `the policy names the origins of the logo and of redirects`() throws {
        let theme = PageTheme(logo: PageLogo("https://cdn.example.org/l.svg"))
        let pages = try Pages(theme, formTargets: ["https://app.example.org", "https://*.example.net"])
        let policy =
            headers(pages.response(.signOut, to: OriginalRequest([(.method, "GET")])))["Content-Security-Policy"] ?? ""
        #expect(policy.contains("; img-src 'self' data: https://cdn.example.org; "))
        #expect(policy.contains("; form-action 'self' https://app.example.org https://*.example.net; "))
        #expect(html(.signOut, "en", pages).contains("<img src=\"https://cdn.example.org/l.svg\" alt=\"\""))
    }

    // MARK: Languages

    @Test func `the language is the browser's, else English`() {
        let german = html(.signOut, "de-AT,de;q=0.9,en;q=0.5")
        #expect(german.contains("<html lang=\"de\"") && german.contains("<h1>Abmelden</h1>"))
        for other in ["", "fr", "*", "en-GB,de;q=0.9"] { #expect(html(.signOut, other).contains("<h1>Sign out</h1>")) }
        let response = pages.response(.signOut, to: OriginalRequest([(.method, "GET")]))
        #expect(String(decoding: response.body, as: UTF8.self).contains("<html lang=\"en\""))
    }

    // MARK: Theme

    @Test func `title, logo, accent and text of the operator are on every page, escaped`() throws {
        let theme = PageTheme(
            title: "A & B <Ltd>", logo: PageLogo("/logo.svg?a&b"), accent: try #require(Colour("#c00")),
            text: "Ask \"Eve\"")
        let pages = try Pages(theme)
        for page in Self.samples {
            let html = html(page, "en", pages)
            #expect(html.contains(" – A &amp; B &lt;Ltd&gt;</title>") && html.contains("<p>A &amp; B &lt;Ltd&gt;</p>"))
            #expect(html.contains("<img src=\"/logo.svg?a&amp;b\"") && html.contains("<p>Ask &quot;Eve&quot;</p>"))
            #expect(html.contains("--accent:#cc0000;"))
        }
        #expect(!html(.signOut).contains("<header>") && !html(.signOut).contains("<footer>"))
        #expect(html(.signOut).contains("<title>Sign out</title>"))
    }
}
