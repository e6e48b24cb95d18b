import FoundationEssentials
import TestSupport
import Testing

/// `authfcgi session list` without a user.
@Suite struct AllSessionsTests: RunsCommands {
    let server: PostgreSQLServer
    let database: String

    init() throws { (server, database) = try SharedServers.newDatabase() }

    @Test func `the live sessions of all users are listed by user, newest first`() throws {
        #expect(try run(["session", "list"]).output == "There are no live sessions.\n")
        #expect(try run(["session", "list", "--json"]).output == "[]\n")
        try psql(
            """
            SELECT create_access_token('2', username => E'bob\\x1b[2J', label => 'old'),
                   create_access_token('2', username => 'bob', label => 'new'),
                   create_access_token('10', label => 'ci'),
                   create_access_token('3', label => 'ended'), create_access_token('4', label => 'expired');
            UPDATE session_tokens SET created_at = '2026-01-02 03:04:05+00', last_seen_at = '2026-02-02 03:04:05+00',
                expires_at = '2999-01-01', absolute_expires_at = '2999-01-01';
            UPDATE session_tokens SET created_at = '2026-01-02 03:04:06+00' WHERE label = 'new';
            UPDATE session_tokens SET revoked_at = now() WHERE label = 'ended';
            UPDATE session_tokens SET expires_at = now() WHERE label = 'expired'
            """)
        let ids = try psql("SELECT session_id FROM session_tokens WHERE label IN ('ci', 'new', 'old') ORDER BY label")
            .split(separator: "\n")
        let table = try run(["session", "list"], environment: ["PGTZ": "Asia/Tokyo"])
        let lines = table.output.split(separator: "\n")
        #expect(table.status.isSuccess && table.errors.isEmpty && lines.count == 4, "\(table)")
        #expect(lines[0].hasPrefix("USER     USER ID  ID  "), "\(table)")
        #expect(lines[1].hasPrefix("10       10       \(ids[0])  2026-01-02 03:04:05Z  "), "\(table)")
        #expect(lines[2].hasPrefix("bob      2        \(ids[1])  2026-01-02 03:04:06Z  "), "\(table)")
        #expect(lines[3].hasPrefix("bob?[2J  2        \(ids[2])  ") && lines[3].hasSuffix("  -       old"), "\(table)")

        let json = try run(["session", "list", "--json"]).output
        #expect(json.hasPrefix("[{\"client_ip\":null,") && json.hasSuffix("}]\n"), "\(json)")
        let sessions = try JSONDecoder().decode([Entry].self, from: Data(json.utf8))
        #expect(sessions.map(\.id) == ids.map(String.init) && sessions.map(\.user_id) == ["10", "2", "2"])
    }

    /// Numbers at the limit of the batches; many sessions of the same moment, and many of one user.
    @Test(arguments: [(1000, 1), (1001, 3), (5001, 4)])
    func `any number of sessions is listed, each once`(count: Int, users: Int) throws {
        try psql(
            """
            SELECT count(create_access_token('Üser ' || i % \(users))) FROM generate_series(1, \(count)) i;
            UPDATE session_tokens SET created_at = now() - interval '1 microsecond' * (abs(hashtext(session_id::text)) % 40)
            """)
        let json = try run(["session", "list", "--json"])
        let sessions = try JSONDecoder().decode([Entry].self, from: Data(json.output.utf8))
        #expect(sessions.count == count && Set(sessions.map(\.id)).count == count)
        let groups = sessions.map(\.user_id).reduce(into: [String]()) { if $0.last != $1 { $0.append($1) } }
        #expect(groups.count == users)
        let lines = try run(["session", "list"]).output.split(separator: "\n")
        #expect(lines.count == count + 1 && lines.count { $0.hasPrefix("USER ") } == 1)
    }

    private struct Entry: Decodable {
        let id: String
        let user_id: String
    }
}
