import Testing

@testable import AuthFCGI

/// The cookie that counts the rounds between the sign-in page and another one.
struct SignInRoundsTests {
    private static let now = 1_000_000
    private static let report = target("/report?a=1")

    private static func target(_ text: String) -> RedirectTarget { RedirectTarget(text, permitting: [], host: nil) }

    private static func next(
        after rounds: SignInRounds?, to target: RedirectTarget = report, at seconds: Int = now
    ) -> SignInRounds? {
        SignInRounds.next(after: rounds, to: target, at: seconds)
    }

    private static func read(_ cookies: [String]) -> SignInRounds? {
        SignInRounds(OriginalRequest(cookies.map { (.cookie, $0) }), at: now)
    }

    private static func login(_ seconds: Int = now, after rounds: SignInRounds? = nil) -> SignInRounds {
        SignInRounds(loginAt: seconds, after: rounds)
    }

    @Test func `a browser is sent on twice within seconds, and not a third time`() throws {
        let first = try #require(Self.next(after: nil))
        let second = try #require(Self.next(after: first, at: Self.now + 1))
        #expect(Self.next(after: second, at: Self.now + 2) == nil)
        #expect((first.count, second.count) == (1, 2) && second.seconds == Self.now + 1)
        for login in [Self.login(), Self.login(after: Self.login())] {
            #expect(Self.next(after: login) == first)
        }
    }

    @Test func `rounds to one place have nothing to do with those to another`() throws {
        var rounds: SignInRounds?
        for place in ["/report?a=1", "/report?a=2", "/", "/report?a=1", "/other", "/report?a=1"] {
            let next = try #require(Self.next(after: rounds, to: Self.target(place)))
            #expect(next.count == 1 && next.place.utf8.count == 8 && next.place != rounds?.place)
            rounds = next
        }
        #expect(Self.next(after: rounds)?.count == 2)
    }

    @Test func `a browser seems to drop the cookie if it comes back without it within seconds of a second login`() {
        let first = Self.login(Self.now - 50)
        let second = Self.login(after: first)
        let third = Self.login(after: second)
        #expect(first.count == -1 && second.count == -2 && third == second)
        for seconds in 0...10 {
            #expect(second.showsDroppedCookie(at: Self.now + seconds))
            // It may have been signed out on another host.
            #expect(!Self.login().showsDroppedCookie(at: Self.now + seconds))
        }
        #expect(!second.showsDroppedCookie(at: Self.now + 11))
    }

    @Test func `a browser that was sent on has kept the cookie`() throws {
        let round = try #require(Self.next(after: Self.login()))
        #expect(!round.showsDroppedCookie(at: Self.now))
        #expect(Self.login(after: round) == Self.login())
    }

    @Test func `the cookie is read as it was set, and works on plain http`() throws {
        let login = Self.login()
        let attributes = "Path=/auth/login; HttpOnly; SameSite=Lax"
        #expect(login.cookie?.text == "authfcgi_rounds=-1.1000000; \(attributes); Max-Age=60")
        #expect(Self.read(["x=y; authfcgi_rounds=-1.1000000"]) == login)
        let round = try #require(Self.next(after: nil))
        #expect(round.cookie?.text == "authfcgi_rounds=1.1000000.\(round.place); \(attributes); Max-Age=10")
        #expect(Self.read(["authfcgi_rounds=1.1000000.\(round.place); x=y"]) == round)
        #expect(SignInRounds.forgotten?.text == "authfcgi_rounds=; \(attributes); Max-Age=0")
    }

    @Test(arguments: [
        ("1.999990.0123abcd", 1), ("2.1000010.0123abcd", 2), ("-1.999940", -1), ("-2.1000060", -2),
    ])
    func `a cookie counts for seconds, after a login for a minute`(_ value: String, _ count: Int) {
        #expect(Self.read(["authfcgi_rounds=\(value)"])?.count == count)
    }

    @Test(arguments: [
        [], ["x=y"], ["authfcgi_rounds=1"], ["authfcgi_rounds=1.999989.0123abcd"],
        ["authfcgi_rounds=1.1000011.0123abcd"], ["authfcgi_rounds=1.1000000"], ["authfcgi_rounds=-1.1000000.0123abcd"],
        ["authfcgi_rounds=-1.999939"], ["authfcgi_rounds=-1.1000061"], ["authfcgi_rounds=3.1000000.0123abcd"],
        ["authfcgi_rounds=-3.1000000"], ["authfcgi_rounds=x.1000000"], ["authfcgi_rounds=1-1000000"],
        ["authfcgi_rounds=1.1000000.0123abcd.1"],
        ["authfcgi_rounds=1.1000000.1"], ["authfcgi_rounds="], ["authfcgi_rounds=."],
        ["authfcgi_rounds=99999999999999999999.1000000"],
        ["authfcgi_rounds=-1.1000000; authfcgi_rounds=-2.1000000"], ["authfcgi_rounds=-1.1000000", "x=y"],
        ["Authfcgi_rounds=-1.1000000"],
    ])
    func `an old, planted or unreadable cookie counts nothing`(_ cookies: [String]) {
        #expect(Self.read(cookies) == nil)
    }
}
