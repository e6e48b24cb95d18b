import TestSupport
import Testing

/// Any name of a user is passed as the value of one header.
@Suite(.serialized, .leavesCleanLogs, .overBothProtocols) struct IdentityValueTests {
    struct Value: CustomTestStringConvertible {
        let text: String
        let encoded: String
        /// The value within a list of groups, if that differs.
        let asGroup: String

        var testDescription: String { encoded }

        init(_ text: String, _ encoded: String, asGroup: String? = nil) {
            self.text = text
            self.encoded = encoded
            self.asGroup = asGroup ?? encoded
        }

        static let all = [
            Value("ann", "ann"),
            Value("a\r\nX-Admin: 1", "a%0D%0AX-Admin: 1"),
            Value("a\nX-Admin: 1", "a%0AX-Admin: 1"),
            Value("a\rX-Admin: 1\r", "a%0DX-Admin: 1%0D"),
            Value("\r\n\r\n<html>", "%0D%0A%0D%0A<html>"),
            Value("Doe, Ann", "Doe, Ann", asGroup: "Doe%2C Ann"),
            Value("größe", "gr%C3%B6%C3%9Fe"),
            Value("日本", "%E6%97%A5%E6%9C%AC"),
            Value("100%", "100%25"),
            Value("%0d%0aX-Admin: 1", "%250d%250aX-Admin: 1"),
            Value("  two and two  ", "%20 two and two %20"),
            Value("tab\there", "tab%09here"),
            Value("\u{7f}\u{1b}[31m", "%7F%1B[31m"),
            Value(#"a;b="c\"#, #"a;b="c\"#),
        ]
    }

    private static let shared = SharedSite { try Site() }

    @Test func `the longest identity passes nginx, percent-encoded`() throws {
        let site = try Self.shared.get()
        // Three characters of a header for each of four bytes, and each group's comma.
        let token = try site.postgreSQL.psql(
            """
            SELECT create_access_token(user_id => repeat('ü', 127), username => repeat('\u{1F600}', 256),
                name => repeat('\u{1F600}', 256), email => repeat('\u{1F600}', 320), groups => ARRAY[repeat('é', 2047), 'x'])
            """)
        RunRecord.note(secret: token)
        let answer = try site.pod.client().get("/api/page", headers: [bearer(token)])
        #expect(answer.status == 200)
        let request = EchoedRequest(answer)
        func encoded(_ character: String, _ count: Int) -> String { String(repeating: character, count: count) }
        #expect(request["Remote-User"] == [encoded("%F0%9F%98%80", 256)])
        #expect(request["Remote-Name"] == [encoded("%F0%9F%98%80", 256)])
        #expect(request["Remote-Email"] == [encoded("%F0%9F%98%80", 320)])
        #expect(request["Remote-Groups"] == [encoded("%C3%A9", 2047) + ",x"])
        #expect(request["X-Auth-User-Id"] == [encoded("%C3%BC", 127)])
        let json = try object(try site.pod.client().get("/auth/me", headers: [bearer(token)]))
        #expect(json["name"] == .text(encoded("\u{1F600}", 256)))
    }

    @Test(arguments: Value.all)
    func `a value cannot add a header, and arrives encoded once`(value: Value) throws {
        let site = try Self.shared.get()
        let text = GateProcess.quoted(value.text)
        let token = try site.postgreSQL.psql(
            """
            SELECT create_access_token(user_id => \(text), username => \(text), groups => ARRAY[\(text), 'x'],
                name => \(text), email => \(text))
            """)
        RunRecord.note(secret: token)
        let answer = try site.pod.client().get("/api/page", headers: [bearer(token)])
        #expect(answer.status == 200)
        let request = EchoedRequest(answer)
        #expect(request["Remote-User"] == [value.encoded])
        #expect(request["Remote-Groups"] == [value.asGroup + ",x"])
        #expect(request["Remote-Name"] == [value.encoded])
        #expect(request["Remote-Email"] == [value.encoded])
        #expect(request["X-Auth-User-Id"] == [value.encoded])
        #expect(request["X-Admin"] == [])
        #expect(answer.headers["X-Admin"] == nil)
        let json = try object(try site.pod.client().get("/auth/me", headers: [bearer(token)]))
        #expect(json["username"] == .text(value.text))
        #expect(json["groups"] == .list([value.text, "x"]))
    }
}
