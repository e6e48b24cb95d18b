import TestSupport
import Testing

/// Headers with control characters, which the gate refuses over HTTP: nginx keeps them from the gate's pages.
@Suite(.serialized, .leavesCleanLogs, .overBothProtocols) struct ControlCharacterTests {
    private static let names = [
        "User-Agent", "Accept", "Accept-Language", "Content-Type", "Sec-Fetch-Mode", "Sec-Fetch-Site", "Origin",
        "traceparent", "X-Other",
    ]

    private static let shared = SharedSite { try Site() }
    private let pod: Pod

    init() throws { pod = try Self.shared.get().pod }

    @Test(arguments: names)
    func `no control character in a header makes the gate's pages refuse a request`(name: String) throws {
        let token = try pod.signIn()
        for character in ["\u{1}", "\u{8}", "\u{b}", "\u{1b}", "\u{1f}", "\u{7f}"] {
            let answer = try pod.client().get("/auth/me", headers: [bearer(token), (name, "a\(character)b")])
            #expect(answer.status == 200, "\(answer)")
        }
        // Other characters pass as they are.
        let answer = try pod.client().get("/auth/me", headers: [bearer(token), (name, "a\tb é")])
        #expect(answer.status == 200, "\(answer)")
    }

    @Test func `the other headers of such a request count`() throws {
        let headers = Browser.headers.filter { $0.0 != "User-Agent" } + [("User-Agent", "a\u{1}b")]
        let page = try pod.client().get("/auth/login", headers: headers)
        #expect(page.status == 200 && page.text.contains("<html lang=\"de\""), "\(page)")
    }

    @Test(arguments: [
        ("Origin", "http://localhost\u{1}"), ("Origin", "\u{7f}"), ("Sec-Fetch-Site", "same-origin\u{1}"),
    ])
    func `a proof of origin that cannot be read is none`(name: String, value: String) throws {
        let token = try pod.signIn()
        let proof = name == "Origin" ? [] : [("Origin", "http://localhost")]
        let answer = try pod.client().post("/auth/logout", "", headers: [cookie(token), (name, value)] + proof)
        #expect(answer.status == 403, "\(answer)")
        #expect(try object(answer)["error"] == .text("cross_origin"))
        #expect(try pod.client().get("/page", headers: [cookie(token)]).status == 200)
    }
}
