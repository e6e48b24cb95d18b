import Testing

@testable import Sessions

/// Names of prepared statements. Poolers require that a name has the same text on every connection.
struct StatementNameTests {
    private func name<S: Statement>(_ statement: S, _ schema: String? = nil) -> String {
        StatementName.of(statement.sql(in: Schema(schema)), purpose: S.name)
    }

    @Test func `a name has the statement's purpose and a digest of its text`() {
        let name = name(RevokeUserSessions(userID: "1"))
        #expect(name.wholeMatch(of: /authfcgi_revoke_user_sessions_[0-9a-f]{16}/) != nil, "\(name)")
        #expect(StatementName.of("SELECT 1", purpose: FindUser.name).hasPrefix("authfcgi_find_user_"))
        #expect(StatementName.of("SELECT 1", purpose: "look_up").hasPrefix("authfcgi_look_up_"))
    }

    @Test func `the name depends on schema and query, but not on parameters`() {
        #expect(name(RevokeUserSessions(userID: "1")) == name(RevokeUserSessions(userID: "2")))
        #expect(name(RevokeUserSessions(userID: "1")) != name(RevokeUserSessions(userID: "1"), "s"))
        #expect(name(FindUser(key: .id("1"))) != name(FindUser(key: .username("1"))))
        #expect(
            name(FindExternalUser(query: "SELECT 1", username: "a"))
                != name(FindExternalUser(query: "SELECT 2", username: "a")))
    }

    @Test func `PostgreSQL truncates no name`() {
        // 63 bytes, NAMEDATALEN - 1.
        for name in [
            name(NoteHighestHashingCost(cost: HashingCost(time: .zero))),
            name(RemoveExpiredSessions(limit: 1, since: nil)), name(RemoveEndedSessions(limit: 1, since: nil)),
        ] {
            #expect(name.utf8.count <= 63, "\(name)")
        }
    }
}
