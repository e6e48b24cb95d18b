import FoundationEssentials
import Sessions
import Testing

@testable import AuthFCGI

@Suite struct PagesTests {
    private let pages = Pages()

    private static let samples = Page.samples
    private static let languages = ["en", "de"]

    private func html(_ page: Page, _ language: String = "en", _ pages: Pages? = nil) -> String {
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

    private func values(of attribute: String, in html: String) -> [String] {
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

    // MARK: Values

    private static let hostile = [
        "<script>alert(1)</script>", #""><img src=x onerror=alert(1)>"#, "' onfocus='alert(1)",
        "\"\u{301} autofocus onfocus=x", "</title></style></main>", "{{text.signIn}} {{{target}}}", "&quot;&lt;",
        "\u{202e}nimda\u{2066}", "a\u{0}b\r\nc", Page.mark,
    ]

    private static var account: AccountPage? {
        for case .account(let page) in samples { return page }
        return nil
    }

    @Test func `no value becomes a part of the page`() throws {
        let tags = { (html: String) in html.utf8.count { $0 == UInt8(ascii: "<") } }
        let attributes = { (html: String) in html.utf8.count { $0 == UInt8(ascii: "\"") } }
        for text in Self.hostile {
            var account = try #require(Self.account)
            let plain = html(.account(account))
            (account.username, account.name, account.email, account.groups) = (text, text + "1", text, [text, text])
            account.sessions = account.sessions.map {
                AccountPage.Entry(
                    id: text, device: $0.device.isEmpty ? "" : text, address: text, label: $0.label.isEmpty ? "" : text,
                    createdAt: text, lastSeenAt: text, isCurrent: $0.isCurrent)
            }
            let changed = html(.account(account))
            #expect(tags(changed) == tags(plain), "\(text)")
            #expect(attributes(changed) == attributes(plain), "\(text)")
            for problem: SignInPage.Problem? in [nil, .refused] {
                let page = SignInPage(target: text, username: text, problem: problem)
                let same = SignInPage(target: "/", username: "ann", problem: problem)
                #expect(tags(html(.signIn(page))) == tags(html(.signIn(same))), "\(text)")
                #expect(attributes(html(.signIn(page))) == attributes(html(.signIn(same))), "\(text)")
            }
        }
    }

    @Test func `names of any script stand for themselves, apart from the text around`() throws {
        var account = try #require(Self.account)
        account.name = "\u{202e}ann\u{200f}"
        #expect(html(.account(account)).contains("<bdi>\u{202e}ann\u{200f}</bdi>"))
    }

    @Test func `the prepared sign-in page is the rendered one`() {
        for language in Self.languages {
            for target in ["/", "/a?b=c&d=\"e\"", "https://app.example.org/x", "/\u{e9}", Page.mark] {
                let plain = SignInPage(target: target)
                // One more user name than none takes the way of all other pages.
                let other = SignInPage(target: target, username: "ann")
                let prepared = html(.signIn(plain), language)
                #expect(
                    html(.signIn(other), language).replacing("value=\"ann\"", with: "value=\"\"")
                        .replacing(" autofocus", with: "") == prepared.replacing(" autofocus", with: ""))
                #expect(prepared.contains("name=\"rd\" value=\"\(TemplateText.escape(target))\""))
            }
        }
    }

    @Test func `the sign-in page has what browsers and password managers need`() {
        let html = html(.signIn(SignInPage(target: "/x")))
        #expect(html.contains("name=\"username\" value=\"\" dir=\"auto\" autocomplete=\"username\""))
        #expect(html.contains("type=\"password\" autocomplete=\"current-password\" required>"))
        #expect(html.contains("spellcheck=\"false\" required autofocus>"))
        #expect(html.contains("type=\"checkbox\" name=\"remember\" value=\"1\"> Keep me signed in"))
        #expect(!html.contains("role=\"alert\"") && !html.contains(" aria-"))
    }

    @Test func `a failed login keeps the name and the box, and says what is wrong where the password is typed`() {
        let page = SignInPage(target: "/x", username: "ann", remembers: true, problem: .throttled(seconds: 120))
        let html = html(.signIn(page))
        #expect(html.contains("role=\"alert\" class=\"message error\">Too many failed attempts. Try again in 2 min"))
        #expect(html.contains("value=\"ann\"") && html.contains("value=\"1\" checked>"))
        #expect(html.contains("autocomplete=\"current-password\" required autofocus aria-describedby=\"message\">"))
        #expect(!html.contains("aria-invalid="))
        let refused = self.html(.signIn(SignInPage(target: "/x", username: "ann", problem: .refused)), "de")
        #expect(refused.contains("Der Benutzername oder das Passwort ist falsch."))
        #expect(refused.ranges(of: "aria-invalid=\"true\"").count == 2)
    }

    @Test func `a login that cannot be checked says that nobody was signed out`() {
        #expect(html(.signIn(SignInPage(target: "/", problem: .unavailable))).contains("Nobody was signed out"))
        let notice = html(.notice(.unavailable))
        #expect(notice.contains("<meta http-equiv=\"refresh\" content=\"5\">"))
        #expect(notice.contains("Nobody was signed out"))
        #expect(html(.notice(.unavailable), "de").contains("Niemand wurde abgemeldet"))
        for page in Self.samples {
            if case .notice(.unavailable) = page { continue }
            #expect(!html(page).contains("http-equiv"))
        }
    }

    @Test func `a link that does not work may have just been used, and leads to the sign-in page`() {
        let page = html(.notice(.linkExpired))
        #expect(page.contains("the password may be set already"))
        #expect(page.contains("<a href=\"/auth/login\">Sign in</a>"))
        #expect(html(.notice(.linkExpired), "de").contains("ist das Passwort vielleicht schon gesetzt"))
    }

    @Test(arguments: [
        (PasswordRules.Violation.empty, "at least 8 characters"), (.tooShort(minLength: 8), "at least 8 characters"),
        (.tooLong, "at most 128 characters"), (.common, "many people use"), (.userName, "is the user name"),
        (.product, "many people use"), (.containsNUL, "cannot be used"), (.notUTF8, "cannot be used"),
    ])
    func `the reason why a new password is refused is on both pages`(
        _ violation: PasswordRules.Violation, _ text: String
    ) throws {
        let page = NewPasswordPage(
            code: "x", username: "ann", minPasswordLength: 8, problem: .unacceptable(violation))
        #expect(html(.newPassword(page)).contains(text))
        var account = try #require(Self.account)
        account.minPasswordLength = 8
        account.message = .unacceptablePassword(violation)
        #expect(html(.account(account)).contains(text))
    }

    // MARK: Account

    @Test func `the account page shows who is signed in and where, and can end every other session`() throws {
        let html = html(.account(try #require(Self.account)))
        #expect(html.contains("<bdi>Ann Example</bdi>") && html.contains("<bdi>ann</bdi>"))
        #expect(html.contains("<bdi>ann@example.org</bdi>") && html.contains("<bdi class=\"tag\">staff</bdi>"))
        #expect(html.contains("<time datetime=\"2026-11-30T08:25Z\">30 Nov 2026, 08:25 UTC</time>"))
        #expect(html.contains("Unknown browser") && html.contains("nightly backup"))
        #expect(!html.contains("name=\"session\" value=\"00000000-0000-4000-8000-000000000001\""))
        #expect(
            html.contains(
                "name=\"session\" value=\"00000000-0000-4000-8000-000000000002\" "
                    + "aria-label=\"End: Safari on iPhone 192.0.2.2\">End</button>"))
        for action in ["end", "others", "all"] { #expect(html.contains("name=\"action\" value=\"\(action)\"")) }
        let own = "name=\"own_session\" value=\"00000000-0000-4000-8000-000000000001\">"
        #expect(html.ranges(of: own).count == 3)
        #expect(html.contains("minlength=\"15\"") && html.contains("At least 15 characters"))
    }

    @Test func `buttons of equal browsers have names of their own`() throws {
        var account = try #require(Self.account)
        account.sessions = (1...4).map { number in
            AccountPage.Entry(
                id: "\(number)", device: "Firefox on Linux", address: "192.0.2.1", label: "",
                createdAt: "2026-11-30T08:25Z", lastSeenAt: "2026-11-30T09:10Z", isCurrent: number == 1)
        }
        let names = values(of: "aria-label", in: html(.account(account)))
        #expect(names.count == 3 && Set(names).count == 3, "\(names)")
        #expect(names.allSatisfy { $0.hasPrefix("End: Firefox on Linux 192.0.2.1 (") })
    }

    @Test func `the account page and the one after the sign-out lead to the site`() throws {
        let account = try #require(Self.account)
        for page in [Page.account(account), .signedOut] {
            #expect(html(page).contains("<a href=\"/\">To the site</a>"))
        }
    }

    @Test func `a person with one session has no others to end`() throws {
        var account = try #require(Self.account)
        account.sessions = account.sessions.filter(\.isCurrent)
        #expect(!html(.account(account)).contains("value=\"others\""))
    }

    @Test func `a user without a name is shown by the user name, once`() throws {
        var account = try #require(Self.account)
        (account.name, account.email, account.groups) = ("", "", [])
        let html = html(.account(account))
        #expect(html.contains("<p class=\"name\"><bdi>ann</bdi></p>") && html.ranges(of: "<bdi>ann</bdi>").count == 1)
        #expect(!html.contains("Groups:"))
    }

    @Test func `users of other applications are told where their password is`() throws {
        var account = try #require(Self.account)
        account.hasOwnPassword = false
        let html = html(.account(account))
        #expect(html.contains("Your password is kept by another application") && !html.contains("type=\"password\""))
    }

    @Test func `a message about the password is beside its form, any other at the head`() throws {
        var account = try #require(Self.account)
        account.message = .wrongPassword
        let wrong = html(.account(account))
        let place = try #require(wrong.firstRange(of: "The current password is wrong.")).lowerBound
        #expect(place > (try #require(wrong.firstRange(of: "id=\"change\"")).lowerBound))
        #expect(wrong.contains("required aria-invalid=\"true\" aria-describedby=\"message\" autofocus>"))
        account.message = .passwordChanged
        let changed = html(.account(account))
        #expect(changed.contains("role=\"status\" class=\"message done\">The password is changed."))
        account.message = .passwordsDiffer
        #expect(html(.account(account)).contains("=\"advice message\" aria-invalid=\"true\" autofocus>"))
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
