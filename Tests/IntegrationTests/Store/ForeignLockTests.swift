import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// A role that may connect to the database, and nothing else, cannot make the gate wait: the gate's locks are rows and
/// tables of its own.
@Suite struct ForeignLockTests {
    private let database: FunctionDatabase

    init() throws {
        database = try FunctionDatabase()
        try database.sql("CREATE ROLE \(database.name)_stranger LOGIN")
    }

    /// A transaction of the stranger's.
    private func stranger() throws -> PostgreSQLConnection {
        let url = database.server.url(user: "\(database.name)_stranger", database: database.name)
        let connection = try PostgreSQLConnection(url, log: RecordedLog().logger)
        try connection.script("BEGIN", deadline: .seconds(5))
        return connection
    }

    @Test func `no function of the gate uses advisory locks`() throws {
        #expect(
            try database.sql(
                "SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosrc LIKE '%advisory%'")
                == "0")
    }

    /// The numbers are those that earlier versions locked.
    @Test(arguments: ["sessions", "cleanup", "migrations"])
    func `advisory locks of a stranger delay nothing`(name: String) async throws {
        let pod = try await TestStore.start(database.server.url(database: database.name))
        try database.sql("INSERT INTO authfcgi_users (id, username, password_hash) VALUES ('1', 'ann', 'x')")
        let stranger = try stranger()
        for key in [
            "'authfcgi \(name) public'",
            "'authfcgi login throttle ' || encode('\(try loginKey())', 'hex')",
        ] {
            try stranger.script("SELECT pg_advisory_lock(hashtextextended(\(key), 0))", deadline: .seconds(5))
        }
        let start = ContinuousClock.now
        let (found, attempt) = try await pod.store.beginLogin(named: "ann", from: "192.0.2.1")
        guard case .allowed(let reservation) = attempt.admission else {
            Issue.record("not admitted")
            return
        }
        let user = try #require(found.user)
        #expect(
            try await pod.store.createAccessToken(for: user, origin: SessionOrigin(), settling: reservation) != nil)
        let (token, _) = try await pod.signIn()
        try await pod.store.revoke(token)
        #expect(try database.sql("SELECT removed FROM remove_expired_sessions(9)") != "")
        #expect(try database.sql("SELECT revoke_all_sessions()") == "1")
        #expect(ContinuousClock.now - start < .seconds(1))
        try stranger.script("ROLLBACK; SELECT pg_advisory_unlock_all()", deadline: .seconds(5))
    }

    private func loginKey() throws -> String {
        try database.sql("SELECT login_throttle_key('name', login_throttle_name('ann'))")
    }

    @Test func `advisory locks of a stranger do not delay a migration`() throws {
        let (server, name) = try SharedServers.emptyDatabase()
        let stranger = try PostgreSQLConnection(server.url(database: name), log: RecordedLog().logger)
        try stranger.script(
            "SELECT pg_advisory_lock(hashtextextended('authfcgi migrations public', 0))", deadline: .seconds(5))
        let connection = try PostgreSQLConnection(server.url(database: name), log: RecordedLog().logger)
        let start = ContinuousClock.now
        let migrations = Migrations(schema: nil, lifetime: .seconds(3600))
        #expect(try migrations.run(on: connection, log: RecordedLog().logger) == .applied(Migrations.numbers))
        #expect(ContinuousClock.now - start < .seconds(10))
    }

    @Test func `a stranger can lock none of the gate's tables, nor a row of them`() throws {
        let stranger = try stranger()
        let tables = try database.sql(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v') ORDER BY 1"
        )
        #expect(tables.contains("session_cleanup") && tables.contains("live_sessions"))
        for table in tables.split(separator: "\n") {
            for statement in [
                "LOCK TABLE \(table) IN ACCESS SHARE MODE", "LOCK TABLE \(table) IN SHARE ROW EXCLUSIVE MODE",
                "SELECT FROM \(table) FOR KEY SHARE",
            ] {
                try stranger.script("SAVEPOINT s", deadline: .seconds(5))
                let error = #expect(throws: PostgreSQLError.self) {
                    try stranger.script(statement, deadline: .seconds(5))
                }
                #expect(error?.reason.contains("42501") == true, "\(statement): \(String(describing: error))")
                try stranger.script("ROLLBACK TO s", deadline: .seconds(5))
            }
        }
        try stranger.script("ROLLBACK", deadline: .seconds(5))
    }

    /// See ``HeldNotificationLockTests`` for the lock that others can hold.
    @Test func `revocations are counted for ten seconds after notifications of others have held one up`() throws {
        let setting = "set_config('authfcgi.counting_since'"
        func since(_ seconds: Int) -> String {
            "SELECT \(setting), (date_part('epoch', clock_timestamp()) - \(seconds))::text, false)"
        }
        for (first, isCounted) in [
            ("SELECT 1", false), (since(5), true), (since(11), false), ("SELECT \(setting), 'Infinity', false)", true),
            ("SELECT \(setting), '', false)", false),
            ("BEGIN; SELECT \(setting), 'Infinity', true); COMMIT", false),
        ] {
            let before = try database.sql("SELECT coalesce(sum(revocations), 0) FROM unannounced_revocations")
            let notifications = try database.notifications(of: "\(first); SELECT revoke_user_sessions('ann')")
            #expect(notifications == (isCounted ? [] : ["u:ann"]), "\(first)")
            let after = try database.sql("SELECT coalesce(sum(revocations), 0) FROM unannounced_revocations")
            #expect((before != after) == isCounted, "\(first)")
        }
    }

    @Test func `refused login attempts write nothing`() async throws {
        let stores = try await ThrottledStores()
        for _ in 0..<10 { #expect(try await stores.fail() == nil) }
        let before = try stores.database.psql("SELECT ctid, xmin, * FROM login_throttle ORDER BY key")
        for number in 0..<5 { #expect(try await stores.fail("ann", userID: "1", from: "198.51.100.\(number)") == 1) }
        #expect(try stores.database.psql("SELECT ctid, xmin, * FROM login_throttle ORDER BY key") == before)
    }

    @Test func `attempts that wait for one another leave no row of those that are refused`() throws {
        let (one, two) = (try database.session(), try database.session())
        try one.sql("BEGIN")
        for number in 0..<10 { try one.sql("SELECT reserve_login('ann', '\(number)', '\\x0a00000\(number)')") }
        // It has not seen the ten and waits for them at the name. Then it makes rows of its user and address, and is refused.
        try two.startAndBlock("SELECT wait_seconds FROM reserve_login('ann', 'other', '\\x0b000001')")
        try one.sql("COMMIT")
        #expect(try two.finish() == "1")
        // The name, and ten of users and of addresses.
        #expect(
            try database.sql("SELECT count(*), count(*) FILTER (WHERE failed_at = '{}') FROM login_throttle") == "21|0")
    }
}
