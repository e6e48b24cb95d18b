import FoundationEssentials
import TestSupport
import Testing

/// Which cookies an application gets: all but the session's, which nginx knows by its usual names, compared as a whole, and
/// by the token in any other.
@Suite(.serialized, .leavesCleanLogs) struct CookieNameTests {
    struct Case: CustomTestStringConvertible {
        let sent: String
        /// nil if the application gets no Cookie header.
        let received: String?

        var testDescription: String { sent }

        init(_ sent: String, _ received: String?) {
            self.sent = sent
            self.received = received
        }

        /// With another name of the cookie; `NAME` stands for it.
        func named(_ name: String) -> Case {
            Case(sent.replacing("NAME", with: name), received?.replacing("NAME", with: name))
        }
    }

    private static let cases =
        [
            // Other cookies.
            "NAMEid=x; x=1", "my-NAME=x; x=1", "NAME", "NAME; x=1", "x=about NAME; y=1", "x=NAME; y=1",
            "q=/p?NAME=1; x=1", "x=1; NAME2=y; NAME-2=z",
        ].map { Case($0, $0) } + [
            Case("NAME=x", nil), Case("NAME=x; x=1", "x=1"), Case("x=1; NAME=y", "x=1"), Case("x=1; NAME=y;", "x=1"),
            Case("a=1; NAME=x; b=2", "a=1; b=2"), Case(" NAME = x ;a=1", "a=1"), Case("a=1;NAME=x;b=2", "a=1;b=2"),
            Case("NAMEid=a; NAME=x; my-NAME=b", "NAMEid=a; my-NAME=b"), Case("NAME=x; NAME=y; a=1", "a=1"),
            Case("NAME=x; a=1; NAME=y", "a=1"), Case("a=1; NAME=x; NAME=y", "a=1"),
            // What some application might take for the session's cookie.
            Case("NAME=x; NAME=y; NAME=z; a=1", nil), Case("a=1, NAME=x", nil), Case("a=1 NAME=x; b=2", nil),
            Case("a=\"NAME=x\"", nil),
        ]

    private static let token = "afs_" + String(repeating: "A", count: 54)

    /// Cookies of names that nginx is not told, with `TOKEN` in place of a token.
    private static let tokens =
        [
            Case("session=TOKEN", nil), Case("session=TOKEN; x=1", "x=1"), Case("x=1; my.sid=TOKEN", "x=1"),
            Case("a=1; sid=TOKEN; b=2", "a=1; b=2"), Case(" sid = TOKEN ;a=1", "a=1"),
            Case("a=1;sid=TOKEN;b=2", "a=1;b=2"),
            Case("sid=\"TOKEN\"; a=1", "a=1"), Case("__HOST-SESSION=TOKEN; a=1", "a=1"),
            Case("a=1; __host-session=\"TOKEN\"", "a=1"),
            Case("__Host-session=TOKEN; __Secure-session=TOKEN; a=1", "a=1"),
            Case("session=TOKEN; a=1; __Host-session=x", "a=1"), Case("sid=afs_; a=1", "a=1"),
            // What some application might take for the token.
            Case("x=TOKEN; y=TOKEN; z=TOKEN; a=1", nil), Case("a=1, sid=TOKEN", nil), Case("a=1 sid=TOKEN; b=2", nil),
            Case("a=\"sid=TOKEN\"", nil), Case("=TOKEN; a=1", nil), Case("a=b=TOKEN; c=1", nil),
            Case("TOKEN; a=1", nil),
            Case("a={%22token%22:%22TOKEN%22}; b=1", nil),
        ].map { Case($0.sent.replacing("TOKEN", with: token), $0.received) }
        + ["session=eyJ1Ijo0Mn0.Zq; a=1", "sid=s%3Aafs; a=1", "afs_theme=dark; a=1", "q=about afs_; a=1"].map {
            Case($0, $0)
        }

    private static let shared = OncePerSuite { try Site() }
    private let pod: Pod

    init() throws { pod = try Self.shared.get().pod }

    private static func received(_ client: HTTPClient, _ path: String, _ cookies: String) throws -> [String] {
        let answer = try client.get(path, headers: Browser.headers + [("Cookie", cookies)])
        try #require(answer.status == 200, "\(answer)")
        return EchoedRequest(answer)["Cookie"]
    }

    @Test(
        arguments: cases.map { $0.named("__Host-session") } + cases.map { $0.named("__Secure-session") } + tokens + [
            Case("__Host-sessionid=x; __Host-csrftoken=a", "__Host-sessionid=x; __Host-csrftoken=a"),
            Case("__HOST-SESSION=x; a=1", "__HOST-SESSION=x; a=1"),
        ])
    func `the application gets all cookies but the session's`(_ sample: Case) throws {
        #expect(try Self.received(pod.client(), "/public/page", sample.sent) == [sample.received].compactMap(\.self))
    }

    @Test func `a header made to take long is answered at once`() throws {
        let spaces = String(repeating: " ", count: 3500)
        for header in [
            "a=1;\(spaces)x;\(spaces)", "a=afs_\(spaces)\(String(repeating: ";", count: 3500))x",
            String(repeating: "; a=", count: 1750), String(repeating: "a=afs_;", count: 1000),
        ] {
            let start = ContinuousClock.now
            for _ in 0..<5 { _ = try Self.received(pod.client(), "/public/page", header) }
            #expect(ContinuousClock.now - start < .seconds(2))
        }
    }

    @Test(arguments: ["sid", "session"])
    func `a gate with another cookie name needs no other nginx files`(name: String) throws {
        let site = try Site(workers: 1)
        let pod = try Pod(
            in: site.folder, name: "renamed", server: site.postgreSQL, workers: 1, environment: ["COOKIE_NAME": name])
        let token = try pod.signIn()
        let others = "PHPSESSID=a; sessionid=b; wp_session=c; SID=d; my.sid=e"
        for path in ["/page", "/public/page"] {
            let received = try Self.received(pod.client(), path, "\(others); \(name)=\(token)")
            #expect(received == [others])
        }
    }

    @Test func `the example for F5's controller has the maps of maps.conf`() throws {
        let shipped = try maps("nginx/authfcgi/maps.conf")
        let example = try maps("deploy/kubernetes/ingress/f5-nginx-ingress.yaml")
        #expect(example.count > 10)
        #expect(example == Array(shipped.prefix(example.count)))
    }

    private func text(_ path: String) throws -> String {
        try String(contentsOfFile: Repository.path(path), encoding: .utf8)
    }

    /// The lines of the maps of credentials, without comments and indentation.
    private func maps(_ path: String) throws -> [Substring] {
        let lines = try text(path).split(separator: "\n").map { $0.drop { $0 == " " } }
        return lines.drop { !$0.hasPrefix("map ") }.filter { !$0.hasPrefix("#") }.prefix {
            $0.hasPrefix("map $http_authorization") || $0.hasPrefix("map $http_cookie")
                || $0.hasPrefix("map $authfcgi_once") || $0.hasPrefix("map $authfcgi_twice") || $0.hasPrefix("\"")
                || $0.hasPrefix("default") || $0 == "}"
        }
    }
}
