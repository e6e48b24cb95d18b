import TestSupport
import Testing

@testable import Sessions

/// Users who change while they are compared with the users query, which looks up one after the other.
@Suite struct UserSweepRaceTests {
    private let users: ForeignUsers
    private let pod: TestStore
    private let tokens: [SessionToken]

    private static let names = ["ann", "bob", "zoe"]

    /// A comparison looks up ann, who takes half a second, then bob, then zoe, who takes two seconds.
    private static let query = """
        SELECT id, password_hash, username FROM people
         WHERE username = $1 AND pg_sleep(CASE username WHEN 'ann' THEN 0.5 WHEN 'zoe' THEN 2 ELSE 0 END) IS NOT NULL
        """

    init() async throws {
        users = try ForeignUsers(
            """
            CREATE TABLE people (id bigint, username text, password_hash text);
            INSERT INTO people VALUES (1, 'ann', 'x'), (2, 'bob', 'x'), (3, 'zoe', 'x')
            """)
        let made = try users.database.psql(
            "SELECT create_access_token(id::text, username => username) FROM people ORDER BY id")
        let tokens = made.split(separator: "\n").compactMap { SessionToken(String($0)) }
        try #require(tokens.count == Self.names.count)
        self.tokens = tokens
        pod = try await users.store(
            UsersQuery(sql: Self.query, deadline: .seconds(10), comparisonInterval: .milliseconds(200)))
    }

    /// Waits until the query sleeps, but not in the look-up that began at `last`.
    /// - Returns: The time at which the look-up began.
    @discardableResult
    private func awaitLookUp(after last: String = "") throws -> String {
        var start = ""
        try eventually("a slow user is looked up", log: pod.log.text) {
            start = try users.database.psql(
                """
                SELECT query_start FROM pg_stat_activity
                 WHERE datname = current_database() AND wait_event = 'PgSleep'
                """)
            return !start.isEmpty && start != last
        }
        return start
    }

    private func expectLife() async throws {
        for (name, token) in zip(Self.names, tokens) {
            #expect(try await pod.store.session(for: token) != nil, "\(name): \(pod.log.text)")
        }
    }

    @Test func `users whom the query stops finding in the middle of a comparison are not signed out`() async throws {
        try awaitLookUp()
        try users.database.psql("UPDATE people SET username = username || ' '")
        try eventually("it is said", log: pod.log.text) {
            pod.log.text.contains("finds none of the signed-in users")
        }
        try await expectLife()
    }

    @Test func `a user who is back at the end of a comparison is not signed out`() async throws {
        let first = try awaitLookUp()
        try users.database.psql("DELETE FROM people WHERE username = 'bob'")
        try awaitLookUp(after: first)
        try users.database.psql("INSERT INTO people VALUES (2, 'bob', 'x')")
        let compared = try users.database.psql("SELECT users_compared_at FROM authfcgi_state")
        try eventually("the next comparison begins") {
            try users.database.psql("SELECT users_compared_at FROM authfcgi_state") != compared
        }
        try await expectLife()
    }
}
