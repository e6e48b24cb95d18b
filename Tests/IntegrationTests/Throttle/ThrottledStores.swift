import TestSupport

@testable import Sessions

/// Stores of several pods with a shared database, which has the user ann with the id `1`.
struct ThrottledStores {
    let database: SharedDatabase
    let pods: [TestStore]

    init(_ count: Int = 1) async throws {
        database = try SharedDatabase()
        var pods: [TestStore] = []
        for _ in 0..<count { pods.append(try await database.store()) }
        self.pods = pods
        try database.psql("INSERT INTO authfcgi_users (id, username, password_hash) VALUES ('1', 'ann', 'x')")
    }

    /// Reserves one attempt.
    func ask(
        _ username: String = "ann", userID: String? = "1", from address: String? = "192.0.2.1",
        showing token: SessionToken? = nil, on pod: Int = 0
    ) async throws -> LoginAdmission {
        try await pods[pod].store.reserveLogin(
            username: username, userID: userID, from: address, showing: token
        ).admission
    }

    /// Reserves one attempt that counts as a failure. Returns the seconds to wait, or nil if it was allowed.
    func fail(
        _ username: String = "ann", userID: String? = "1", from address: String? = "192.0.2.1",
        showing token: SessionToken? = nil, on pod: Int = 0
    ) async throws -> Int? {
        switch try await ask(username, userID: userID, from: address, showing: token, on: pod) {
        case .allowed: nil
        case .refused(let seconds): seconds
        }
    }

    /// Logs ann in, and returns the token.
    @discardableResult
    func signIn(from address: String? = "192.0.2.1", showing shown: SessionToken? = nil) async throws -> SessionToken {
        let store = pods[0].store
        let (found, attempt) = try await store.beginLogin(named: "ann", from: address, showing: shown)
        guard let user = found.user, case .allowed(let reservation) = attempt.admission else {
            throw SupportError.unexpected("ann may not sign in", log: "")
        }
        let made = try await store.createAccessToken(
            for: user, origin: SessionOrigin(clientAddress: address), replacing: shown, settling: reservation)
        guard let made else { throw SupportError.unexpected("no session was made", log: "") }
        return made.token
    }

    /// Makes all sessions two days older, which ends them by expiry.
    func expireSessions() throws {
        try database.psql(
            """
            UPDATE session_tokens SET created_at = created_at - interval '2 days',
                last_seen_at = last_seen_at - interval '2 days', expires_at = expires_at - interval '2 days',
                absolute_expires_at = absolute_expires_at - interval '2 days'
            """)
    }

    /// Removes the rows of expired sessions, as the clean-up does.
    func cleanUp() throws { try database.psql("SELECT remove_expired_sessions(1000)") }

    /// Sends concurrent attempts, alternating between the pods, and returns the number of allowed ones.
    func allowed(
        of count: Int, userID: String? = "1", showing token: SessionToken? = nil,
        from address: @escaping @Sendable (Int) -> String?
    ) async throws -> Int {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<count {
                group.addTask {
                    try await fail(
                        userID: userID, from: address(number), showing: token, on: number % pods.count) == nil
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
    }

    /// Increases the age of all recorded times.
    func age(by interval: String) throws {
        try database.psql(
            """
            UPDATE login_throttle SET succeeded_at = succeeded_at - interval '\(interval)',
                expires_at = expires_at - interval '\(interval)',
                failed_at = ARRAY(SELECT f - interval '\(interval)' FROM unnest(failed_at) f ORDER BY f)
            """)
    }

    /// Writes failures of ann, with the last one now and a constant number of seconds between them.
    func setFailures(_ count: Int, every seconds: Int = 1) throws {
        try database.psql(
            """
            INSERT INTO login_throttle AS t (key, failed_at, expires_at)
            SELECT key, ARRAY(SELECT clock_timestamp() - n * interval '\(seconds) seconds'
                              FROM generate_series(\(count) - 1, 0, -1) n), now() + interval '1 hour'
            FROM (VALUES (login_throttle_key('user', '1')),
                         (login_throttle_key('name', login_throttle_name('ann')))) k (key)
            ON CONFLICT (key) DO UPDATE SET failed_at = excluded.failed_at
            """)
    }

    /// Returns the number of failures in each row, in descending order.
    func failures() throws -> [Int] {
        try database.psql("SELECT cardinality(failed_at) FROM login_throttle ORDER BY 1 DESC")
            .split(separator: "\n").compactMap { Int($0) }
    }
}
