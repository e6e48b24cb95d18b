import FoundationEssentials
import Sessions
import Testing

@testable import AuthFCGI

// What values make of a page.
extension PagesTests {
    private static let hostile = [
        "<script>alert(1)</script>", #""><img src=x onerror=alert(1)>"#, "' onfocus='alert(1)",
        "\"\u{301} autofocus onfocus=x", "</title></style></main>", "{{text.signIn}} {{{target}}}", "&quot;&lt;",
        "\u{202e}nimda\u{2066}", "a\u{0}b\r\nc", Page.mark,
    ]

    static var account: AccountPage? {
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
                // A page with a user name is rendered like all other pages.
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
}
