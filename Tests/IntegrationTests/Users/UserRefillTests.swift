import TestSupport
import Testing

@testable import Sessions

/// Users whose table is emptied and filled anew while they are signed in.
@Suite struct UserRefillTests {
    private let users: ForeignUsers
    private let pod: TestStore

    /// Long enough for a statement between two look-ups.
    private static let interval = Duration.seconds(2)

    init() async throws {
        users = try ForeignUsers(
            """
            CREATE TABLE people (id bigint, username text, password_hash text);
            INSERT INTO people SELECT n, 'user-' || n, 'x' FROM generate_series(1, 4) n
            """)
        pod = try await users.store(
            UsersQuery(
                sql: "SELECT id, password_hash, username FROM people WHERE username = $1", deadline: .seconds(10),
                comparisonInterval: Self.interval))
    }

    private func logIn(_ number: Int) async throws -> SessionToken {
        let user = try #require(try await pod.store.user(named: "user-\(number)"))
        return try #require(try await pod.store.createAccessToken(for: user, origin: SessionOrigin())?.token)
    }

    private func lives(_ token: SessionToken) async throws -> Bool {
        try await pod.store.session(for: token) != nil
    }

    private func insert(_ number: Int) throws {
        try users.database.psql("INSERT INTO people VALUES (\(number), 'user-\(number)', 'x')")
    }

    private func awaitLine(_ line: String) throws {
        try eventually(line, log: pod.log.text) { pod.log.text.contains(line) }
    }

    @Test func `the only signed-in user stays signed in, and is signed out when the table stays empty`() async throws {
        let token = try await logIn(1)
        try users.database.psql("TRUNCATE people")
        try awaitLine("does not find 1 signed-in users")
        try insert(1)
        try awaitLine("finds users again: waiting for the other 0")
        #expect(try await lives(token))
        try users.database.psql("TRUNCATE people")
        try await eventually("the user is signed out") { try await !lives(token) }
    }

    @Test func `users who come back one by one stay signed in, and whoever does not is signed out`() async throws {
        var tokens: [SessionToken] = []
        for number in 1...4 { tokens.append(try await logIn(number)) }
        try users.database.psql("DELETE FROM people WHERE id > 1")
        try awaitLine("does not find 3 signed-in users")
        for (number, others) in [(2, 2), (3, 1)] {
            try insert(number)
            try awaitLine("waiting for the other \(others)")
            for token in tokens { #expect(try await lives(token), "\(pod.log.text)") }
        }
        try await eventually("the last one is signed out") { try await !lives(tokens[3]) }
        for token in tokens.prefix(3) { #expect(try await lives(token)) }
    }
}
