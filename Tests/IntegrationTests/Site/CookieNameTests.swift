import FoundationEssentials
import TestSupport
import Testing

/// Which cookies an application gets: all but the session's, whose name is compared as a whole.
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
            Case("NAMEid=a; NAME=x; my-NAME=b", "NAMEid=a; my-NAME=b"),
            // What some application might take for the session's cookie.
            Case("NAME=x; NAME=y; a=1", nil), Case("a=1, NAME=x", nil), Case("a=1 NAME=x; b=2", nil),
            Case("a=\"NAME=x\"", nil),
        ]

    private static let shared = Result { try Site() }
    private let pod: Pod

    init() throws { pod = try Self.shared.get().pod }

    private static func received(_ client: HTTPClient, _ path: String, _ cookies: String) throws -> [String] {
        let answer = try client.get(path, headers: Browser.headers + [("Cookie", cookies)])
        try #require(answer.status == 200, "\(answer)")
        return EchoedRequest(answer)["Cookie"]
    }

    @Test(
        arguments: cases.map { $0.named("__Host-session") } + [
            Case("__Host-sessionid=x; __Host-csrftoken=a", "__Host-sessionid=x; __Host-csrftoken=a"),
            Case("__HOST-SESSION=x; a=1", "__HOST-SESSION=x; a=1"), Case("__HOST-SESSION=afs_x; a=1", nil),
            Case("a=1; __host-session=\"afs_x\"", nil),
        ])
    func `the application gets all cookies but the session's`(_ sample: Case) throws {
        #expect(try Self.received(pod.client(), "/public/page", sample.sent) == [sample.received].compactMap(\.self))
    }

    @Test(arguments: ["sid", "session"])
    func `with another cookie name, written into maps.conf, the same holds`(name: String) throws {
        let folder = try TestFolder()
        let prefix = try folder.makeFolder("nginx")
        let (application, entry) = ("\(prefix)/app.sock", "\(prefix)/site.sock")
        let echo = try EchoApplication(at: .unix(application))
        try NginxServer.renderSite(
            from: Repository.path("nginx/authfcgi"), to: "\(prefix)/authfcgi",
            replacing: [("__Host-session", name), ("unix:/run/authfcgi/authfcgi.sock", "unix:\(prefix)/no-gate.sock")])
        let nginx = try NginxServer(in: folder, listening: [.unix(entry)]) {
            NginxServer.configuration(
                prefix: $0,
                http: """
                    include authfcgi/upstream.conf;
                    include authfcgi/maps.conf;
                    server {
                        listen unix:\(entry);
                        include authfcgi/verify.conf;
                        location /closed/ { include authfcgi/protect.conf; }
                        location / { include authfcgi/proxy.conf; proxy_pass http://unix:\(application):; }
                    }
                    """)
        }
        let client = HTTPClient(.unix(entry))
        let others = "PHPSESSID=a; sessionid=b; wp_session=c; SID=d; my.sid=e"
        for sample in Self.cases.map({ $0.named(name) }) + [Case(others, others)] {
            let expected = [sample.received].compactMap(\.self)
            #expect(try Self.received(client, "/page", sample.sent) == expected, "\(sample.sent)")
        }
        withExtendedLifetime((nginx, echo)) {}
    }

    @Test func `the name stands in four lines of maps.conf, as maps.conf says`() throws {
        let lines = try maps("nginx/authfcgi/maps.conf").filter { $0.contains("__Host-session") }
        #expect(lines.count == 4)
        #expect(try text("nginx/authfcgi/maps.conf").contains("the four lines with the name"))
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
                || $0.hasPrefix("map $authfcgi_cookie") || $0.hasPrefix("\"") || $0.hasPrefix("default") || $0 == "}"
        }
    }
}
