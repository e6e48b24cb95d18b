import Sessions
import Testing

@testable import AuthFCGI

struct CredentialsTests {
    static let name = "__Host-session"
    static let token = "afs_" + String(repeating: "A", count: 54)
    static let other = "afs_" + String(repeating: "B", count: 53) + "Q"

    /// Returns a textual form of the credentials for comparisons.
    private static func read(authorization: String = "", cookie: String = "") -> String {
        let (authorization, cookie) = (Array(authorization.utf8), Array(cookie.utf8))
        let credentials = Credentials(
            authorization: authorization.span, cookies: cookie.span, cookieName: Array(name.utf8))
        return switch credentials {
        case .none: "none"
        case .invalid(let source): "invalid \(source)"
        case .token(let token, let source): "\(token.secretText == Self.token ? "token" : "other") \(source)"
        }
    }

    @Test func `a request without credentials has none`() {
        #expect(Self.read() == "none")
    }

    @Test(arguments: ["Bearer", "bearer", "BEARER", "bEaReR"])
    func `the name of the scheme is not case-sensitive`(_ scheme: String) {
        #expect(Self.read(authorization: "\(scheme) \(Self.token)") == "token bearer")
        #expect(Self.read(authorization: "\(scheme)   \(Self.token)  ") == "token bearer")
    }

    @Test(arguments: [
        "Bearer", "Bearer ", "Basic YTpi", "Bearer eyJhbGciOiJIUzI1NiJ9.e30.c2ln", "Bearer AFS_\(token)", "Bearer afs",
        "Bearer\t\(token)", "Bearer\(token)", "Token \(token)", " Bearer \(token)", token, "Bearer \"\(token)\"",
    ])
    func `credentials of other schemes are ignored, and the cookie counts`(_ authorization: String) {
        #expect(Self.read(authorization: authorization) == "none")
        #expect(Self.read(authorization: authorization, cookie: "\(Self.name)=\(Self.other)") == "other cookie")
    }

    private static let short = String(token.dropLast())

    @Test(arguments: [
        "afs_", "afs_x", short, "\(token)A", "\(token) x", "\(token),\(token)", "\(short)B", "\(short)=",
        "\(short.dropLast())+A", "afs_é\(token.dropFirst(6))",
    ])
    func `a malformed token of ours is invalid, and the cookie is not tried`(_ text: String) {
        #expect(Self.read(authorization: "Bearer \(text)", cookie: "\(Self.name)=\(Self.token)") == "invalid bearer")
    }

    @Test func `a Bearer token takes precedence over the cookie`() {
        let cookie = "\(Self.name)=\(Self.other)"
        #expect(Self.read(authorization: "Bearer \(Self.token)", cookie: cookie) == "token bearer")
    }

    @Test(arguments: [
        "\(name)=\(token)", "\(name)=\(token); a=b", "a=b; \(name)=\(token); c=d", "a=b; \(name)=\(token)",
        "a=b;\(name)=\(token);c=d", " \(name)=\(token) ", "\t\(name)=\(token)\t;", ";; \(name)=\(token);;",
        "a; =; \(name)=\(token)",
        "x\(name)=\(other); \(name)=\(token)", "\(name)x=\(other); \(name)=\(token)",
        "a=\(name)=\(other); \(name)=\(token)",
        "session=\(other); \(name)=\(token)", "__host-session=\(other); \(name)=\(token)", "\(name); \(name)=\(token)",
        "\(name) =\(other); \(name)=\(token)",
    ])
    func `the cookie is found by its exact name at any position`(_ header: String) {
        #expect(Self.read(cookie: header) == "token cookie")
    }

    @Test(arguments: [
        "a=b", "\(name)", "x\(name)=\(token)", "\(name)x=\(token)", "=\(token)", ";", "a=\(name)=\(token)",
    ])
    func `a cookie with another name is ignored`(_ header: String) {
        #expect(Self.read(cookie: header) == "none")
    }

    @Test(arguments: [
        "", "x", "\"\(token)\"", " \(token)", "\(token)x", "eyJhbGciOiJIUzI1NiJ9.e30.c2ln", "\(token)=", "\(token),",
    ])
    func `a cookie with our name but without a token is invalid`(_ value: String) {
        #expect(Self.read(cookie: "\(Self.name)=\(value)") == "invalid cookie")
    }

    @Test func `two equal cookies count as one`() {
        #expect(Self.read(cookie: "\(Self.name)=\(Self.token); a=b; \(Self.name)=\(Self.token)") == "token cookie")
    }

    @Test(arguments: [
        (token, other), (token, ""), ("", token), ("x", "y"), (token, "\"\(token)\""), (token, token + "x"),
    ])
    func `two different cookies contradict each other`(_ first: String, _ second: String) {
        #expect(Self.read(cookie: "\(Self.name)=\(first); \(Self.name)=\(second)") == "invalid severalCookies")
        let third = "\(Self.name)=\(first); \(Self.name)=\(first); a=b; \(Self.name)=\(second)"
        #expect(Self.read(cookie: third) == "invalid severalCookies")
    }

    @Test func `contradicting cookies do not affect a Bearer token`() {
        let cookies = "\(Self.name)=\(Self.token); \(Self.name)=\(Self.other)"
        #expect(Self.read(authorization: "Bearer \(Self.token)", cookie: cookies) == "token bearer")
    }
}
