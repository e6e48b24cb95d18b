import TestSupport
import Testing

@testable import Sessions

/// The maximum lengths of an identity, wherever one is made, and a session that exceeds them all the same.
@Suite struct IdentityLimitTests {
    /// SQL for the parameter of a function or the column of a table, and the error.
    private static let excesses = [
        ("username", "repeat('é', 257)", "username must have at most 256 characters"),
        ("name", "repeat('é', 257)", "name must have at most 256 characters"),
        ("email", "repeat('é', 321)", "email must have at most 320 characters"),
        ("groups", "ARRAY[repeat('x', 4097)]", "groups must have at most 4096 bytes together"),
        ("groups", "ARRAY[repeat('é', 1024), repeat('é', 1024)]", "groups must have at most 4096 bytes together"),
        ("groups", "array_fill(''::text, ARRAY[4098])", "groups must have at most 4096 bytes together"),
        ("groups", "ARRAY[['a', 'b'], ['c', 'd']]", "groups must be an array of one dimension"),
        ("groups", "ARRAY['a', NULL]", "groups must not contain NULL"),
    ]

    @Test func `the functions name what exceeds its limit, and change nothing`() throws {
        let database = try FunctionDatabase()
        try database.create("a")
        for (column, value, problem) in Self.excesses {
            for function in ["create_access_token", "update_user_sessions"] {
                let error = #expect(throws: SupportError.self) {
                    try database.sql("SELECT \(function)('ann', \(column) => \(value))")
                }
                #expect("\(error, default: "")".contains(problem), "\(function): \(String(describing: error))")
            }
        }
        let label = #expect(throws: SupportError.self) {
            try database.sql("SELECT create_access_token('ann', label => repeat('x', 257))")
        }
        #expect("\(label, default: "")".contains("label must have at most 256 characters"))
        #expect(try database.live() == ["a"])
    }

    @Test func `plain SQL cannot exceed them either`() throws {
        let database = try FunctionDatabase()
        try database.create("a")
        try database.sql("INSERT INTO authfcgi_users (id, username, password_hash) VALUES ('1', 'ann', 'x')")
        for (column, value, _) in Self.excesses {
            for table in ["session_tokens", "authfcgi_users"] {
                let error = #expect(throws: SupportError.self) {
                    try database.sql("UPDATE \(table) SET \(column) = \(value)")
                }
                #expect("\(error, default: "")".contains("_\(column)_check"), "\(String(describing: error))")
            }
        }
    }

    @Test func `the longest identity is stored and returned whole`() async throws {
        let database = try SharedDatabase()
        let pod = try await database.store()
        let identity = Identity(
            userID: String(repeating: "7", count: 255), username: String(repeating: "\u{1F600}", count: 256),
            groups: [String(repeating: "é", count: 1023), String(repeating: "ü", count: 1024), ""],
            name: String(repeating: "日", count: 256), email: String(repeating: "\u{1F600}", count: 320))
        let (token, session) = try await pod.store.createAccessToken(for: identity)
        #expect(session.identity == identity)
        #expect(try await pod.store.session(for: token)?.identity == identity)
        var longer = identity
        longer.groups.append("")
        await #expect(throws: SessionStoreError.invalid("an identity's groups are longer than 4096 bytes together")) {
            try await pod.store.createAccessToken(for: longer)
        }
    }

    @Test(arguments: ["username", "name", "email", "groups"])
    func `a session beyond the limits cannot be checked, for a reason in the log, and harms no other`(
        _ column: String
    ) async throws {
        let database = try SharedDatabase()
        let pod = try await database.store { $0.cachedSessions = 0 }
        let (token, session) = try await pod.signIn("ann")
        let (other, _) = try await pod.signIn("bob")
        let long = column == "groups" ? "ARRAY[repeat('é', 3000000)]" : "repeat('é', 3000000)"
        let short = column == "groups" ? "'{}'" : "'x'"
        try database.psql(
            """
            ALTER TABLE session_tokens DROP CONSTRAINT session_tokens_\(column)_check;
            UPDATE session_tokens SET \(column) = \(long) WHERE session_id = '\(session.id)'
            """)
        for _ in 0..<5 {
            let error = await pod.lookUpError(token)
            guard case .unavailable(let reason) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(reason.hasPrefix("\(column) of session \(session.id) is longer than permitted"))
            #expect(try await pod.store.session(for: other) != nil)
        }
        let lines = pod.log.text.split(separator: "\n").filter { $0.contains("unreadable session row") }
        #expect(lines.count == 1 && lines[0].hasPrefix("error:"), "\(pod.log.text)")
        #expect(!pod.log.text.contains("lost"), "\(pod.log.text)")
        // The advice is good.
        try database.psql("SELECT update_user_sessions('id-ann', \(column) => \(short))")
        #expect(try await pod.store.session(for: token) != nil)
        try await pod.store.revoke(token)
        #expect(try await pod.store.session(for: token) == nil)
    }
}
