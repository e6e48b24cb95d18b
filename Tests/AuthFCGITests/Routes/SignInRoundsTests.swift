import Testing

@testable import AuthFCGI

/// The cookie that counts the rounds between the sign-in page and another one.
struct SignInRoundsTests {
    private static let now = 1_000_000

    private static func read(_ cookies: [String]) -> SignInRounds? {
        SignInRounds(OriginalRequest(cookies.map { (.cookie, $0) }), at: now)
    }

    @Test func `a browser is sent on twice within seconds, and not a third time`() throws {
        let first = try #require(SignInRounds.next(after: nil, at: Self.now))
        let second = try #require(SignInRounds.next(after: first, at: Self.now + 1))
        #expect(SignInRounds.next(after: second, at: Self.now + 2) == nil)
        #expect((first.count, second.count) == (1, 2) && second.seconds == Self.now + 1)
        #expect(SignInRounds.next(after: SignInRounds(loginAt: Self.now), at: Self.now) == first)
    }

    @Test func `the cookie is read as it was set, and works on plain http`() throws {
        let rounds = SignInRounds(loginAt: Self.now)
        let header = try #require(rounds.cookie?.text)
        #expect(header == "authfcgi_rounds=0-1000000; Path=/auth/login; HttpOnly; SameSite=Lax; Max-Age=10")
        #expect(Self.read(["x=y; authfcgi_rounds=0-1000000"]) == rounds)
        #expect(SignInRounds.forgotten?.text.contains("=; Path=/auth/login") == true)
    }

    @Test(arguments: [
        [], ["x=y"], ["authfcgi_rounds=0"], ["authfcgi_rounds=0-999989"], ["authfcgi_rounds=0-1000011"],
        ["authfcgi_rounds=3-1000000"], ["authfcgi_rounds=-1-1000000"], ["authfcgi_rounds=x-1000000"],
        ["authfcgi_rounds=0-1000000-1"], ["authfcgi_rounds="], ["authfcgi_rounds=99999999999999999999-1000000"],
        ["authfcgi_rounds=0-1000000; authfcgi_rounds=1-1000000"], ["authfcgi_rounds=0-1000000", "x=y"],
        ["Authfcgi_rounds=0-1000000"],
    ])
    func `an old, planted or unreadable cookie counts nothing`(_ cookies: [String]) {
        #expect(Self.read(cookies) == nil)
    }
}
