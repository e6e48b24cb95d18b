import EventLoop
import Testing

@testable import AuthFCGI

@Suite struct PathDemandTests {
    private func demand(_ path: String) -> PathDemand? {
        let bytes = Array(path.utf8)
        return PathDemand(path: bytes.span)
    }

    @Test(arguments: [
        ("/auth/require/group%20admin", "group admin"),
        ("/auth/require/user%20ann%20or%20group%20on-call", "user ann or group on-call"),
        ("/auth/require/group%20admin/", "group admin"), ("/auth/require/group%20admin/a/b?c", "group admin"),
        ("/auth/require/group%20%22a%2Fb%22/x", "group \"a/b\""), ("/auth/require/group admin", "group admin"),
        ("/auth/require/group+admin", "group+admin"), ("/auth/require/group%20caf%C3%A9", "group café"),
        // No dots lead out of the demand.
        ("/auth/require/group%20admin/../../verify", "group admin"), ("/auth/require/../verify", ".."),
        ("/auth/require/group%20admin%2F..%2F..%2Fverify", "group admin/../../verify"),
        // Twice encoded is another text, which nobody meets, and NUL is no end.
        ("/auth/require/group%2520admin", "group%20admin"), ("/auth/require/group%20admin%00x", "group admin\0x"),
        ("/auth/require/group%20a%252Fb", "group a%2Fb"), ("/auth/require/%00", "\0"), ("/auth/require/%2F", "/"),
        ("/auth/require/group%20admin%0D%0A", "group admin\r\n"), ("/auth/require/%20", " "),
    ])
    func `the demand is the first segment, decoded once`(_ path: String, _ text: String) {
        #expect(demand(path) == .text(text))
    }

    @Test(arguments: [
        ("/auth/require/", ""), ("/auth/require//group%20admin", ""), ("/auth/require/%", "%"),
        ("/auth/require/%2", "%2"),
        ("/auth/require/%zz/a", "%zz"), ("/auth/require/%ff", "%ff"),
        ("/auth/require/group%20%C0%AF", "group%20%C0%AF"),
        ("/auth/require/%u0041", "%u0041"), ("/auth/require/%+1", "%+1"),
    ])
    func `a segment that is empty or no text is unreadable`(_ path: String, _ segment: String) {
        #expect(demand(path) == .unreadable(segment))
    }

    @Test(arguments: [
        "", "/", "/auth/require", "/auth/requir/x", "/Auth/require/x", "//auth/require/x", "/auth//require/x",
        "/auth/%72equire/x", "/x/auth/require/y", "/auth/verify/auth/require/x", "/auth/require%2Fgroup%20admin",
        "/auth/require;/x", "/auth/./require/x", "/auth/require\\x",
    ])
    func `other paths demand nothing`(_ path: String) {
        #expect(demand(path) == nil)
    }
}

/// Checks of all kinds, as far as they need no session.
@EventLoop
@Suite struct CheckKindTests {
    private let stage = RoutedStage()

    @Test func `a path with a demand is a check, with any method`() {
        for path in ["/auth/require/group%20admin", "/auth/require/group%20admin/healthz", "/auth/require/%zz"] {
            for method in ["GET", "POST", "DELETE", "X"] {
                let answer = stage.ask(method, path)
                #expect(answer.status == 401 && answer.wasCheck)
                let undecided = stage.ask(method, path, [(.cookie, RoutedStage.cookie)])
                #expect(undecided.status == 503 && undecided.wasCheck)
            }
        }
        #expect(stage.ask("GET", "/auth", [(.pathInfo, "/require/group%20admin")]).wasCheck)
        #expect(stage.ask("GET", "/auth/require").status == 404)
    }

    @Test func `on a socket of checks every path is one, and none demands anything`() {
        for path in ["/", "/auth/login", "/healthz", "/auth/require/group%20admin", "/auth/forward", "/auth/logout"] {
            let answer = stage.ask("POST", path, question: .check)
            #expect(answer.status == 401 && answer.wasCheck && answer.says("\r\nWWW-Authenticate: Bearer\r\n"))
        }
    }
}
