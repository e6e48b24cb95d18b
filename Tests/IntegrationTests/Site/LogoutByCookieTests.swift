import TestSupport
import Testing

/// A browser also sends the cookie with requests of other sites' pages, so a cookie ends a session only if the request
/// is proven to be of this site. The client's Host is localhost.
@Suite(.serialized, .leavesCleanLogs, .overBothProtocols) struct LogoutByCookieTests {
    struct Proof: CustomTestStringConvertible {
        let headers: [(String, String)]
        let isAccepted: Bool

        var testDescription: String { headers.map { "\($0): \($1)" }.joined(separator: ", ") }

        init(_ headers: [(String, String)], accepted: Bool) {
            self.headers = headers
            isAccepted = accepted
        }

        static let all = [
            Proof([("Sec-Fetch-Site", "same-origin")], accepted: true),
            Proof([("Sec-Fetch-Site", "cross-site")], accepted: false),
            Proof([("Sec-Fetch-Site", "same-site")], accepted: false),
            Proof([("Sec-Fetch-Site", "none")], accepted: false),
            Proof([("Sec-Fetch-Site", "cross-site"), ("Origin", "http://localhost")], accepted: false),
            Proof([("Origin", "http://localhost")], accepted: true),
            Proof([("Origin", "https://localhost")], accepted: true),
            Proof([("Origin", "http://localhost:8001")], accepted: false),
            Proof([("Host", "localhost:8001"), ("Origin", "http://localhost:8001")], accepted: true),
            Proof([("Host", "localhost:443"), ("Origin", "https://localhost")], accepted: true),
            Proof([("Host", "LocalHost"), ("Origin", "https://localhost")], accepted: true),
            Proof([("Host", "localhost:80"), ("Origin", "http://localhost")], accepted: true),
            Proof([("Host", "localhost:443"), ("Origin", "http://localhost")], accepted: false),
            Proof([("Origin", "https://evil.example")], accepted: false),
            Proof([("Origin", "http://localhost.evil.example")], accepted: false),
            Proof([("Origin", "null")], accepted: false),
            Proof([("Referer", "http://localhost/")], accepted: false),
            Proof([], accepted: false),
        ]
    }

    private static let shared = SharedSite { try Site() }
    private let pod: Pod

    init() throws {
        pod = try Self.shared.get().pod
    }

    @Test(arguments: Proof.all)
    func `with a cookie only a page of this site can end the session`(proof: Proof) throws {
        let token = try pod.signIn()
        let answer = try pod.client().post("/auth/logout", "", headers: [cookie(token)] + proof.headers)
        #expect(answer.status == (proof.isAccepted ? 204 : 403))
        let isForgotten = answer.headers["Set-Cookie"] == Self.expired
        #expect(isForgotten == proof.isAccepted)
        func page() throws -> Int { try pod.client().get("/api/page", headers: [cookie(token)]).status }
        if proof.isAccepted { try expectRefused(page) } else { #expect(try page() == 200) }
        if !proof.isAccepted { #expect(try object(answer)["error"] == .text("cross_origin")) }
    }

    @Test func `a Bearer token ends its session without any proof`() throws {
        let token = try pod.signIn()
        let headers = [bearer(token), ("Sec-Fetch-Site", "cross-site"), ("Origin", "https://evil.example")]
        let answer = try pod.client().post("/auth/logout", "", headers: headers)
        #expect(answer.status == 204)
        #expect(answer.headers["Set-Cookie"] == nil)
        try expectRefused { try pod.client().get("/api/page", headers: [bearer(token)]).status }
    }

    @Test func `a form leads to the page that says so`() throws {
        let token = try pod.signIn()
        let headers = [cookie(token), ("Sec-Fetch-Site", "same-origin")]
        let answer = try pod.client().post("/auth/logout", form: [], headers: headers)
        #expect(answer.status == 303)
        #expect(answer.headers["Location"] == "/auth/logout?done=1")
        #expect(answer.headers["Set-Cookie"] == Self.expired)
    }

    private static let expired = "__Host-session=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"
}
