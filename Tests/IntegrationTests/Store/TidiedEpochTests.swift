import TestSupport
import Testing

@testable import Sessions

/// The promise of `user_epochs.tidied_before`, on which look-ups rely that do not read the epochs: no row of a session that has
/// ended looks live, and none ever will.
@Suite struct TidiedEpochTests {
    private let database: FunctionDatabase

    init() throws {
        database = try FunctionDatabase()
        try database.knowUser("ann")
    }

    private static let endAll = "SELECT revoke_user_sessions('ann')"
    private static let removeEnded = "SELECT removed FROM remove_ended_sessions(100)"

    private func isTidied() throws -> Bool { try database.sql("SELECT has_untidied_users()") == "f" }

    /// The names of the sessions that a look-up accepts which does not read the epochs.
    private func lookingLive() throws -> [String] {
        try database.sql(
            """
            SELECT user_agent FROM session_tokens WHERE revoked_at IS NULL AND expires_at > statement_timestamp()
             ORDER BY user_agent COLLATE "C"
            """
        ).split(separator: "\n").map(String.init)
    }

    /// Expects that a look-up need not read the epochs.
    private func expectTidied(_ names: [String], _ location: SourceLocation = #_sourceLocation) throws {
        #expect(try isTidied(), sourceLocation: location)
        #expect(try lookingLive() == names, sourceLocation: location)
        #expect(try database.live() == names, sourceLocation: location)
    }

    @Test func `an end of few sessions leaves nothing to remove, whichever stays`() throws {
        for name in ["a", "b", "c"] { try database.create(name) }
        try database.sql("SELECT revoke_user_sessions('ann', \(FunctionDatabase.hash("b")))")
        try expectTidied(["b"])
        try database.create("d")
        try database.sql("SELECT revoke_user_sessions('ann', \(FunctionDatabase.hash("d")))")
        try expectTidied(["d"])
        try database.sql(Self.endAll)
        try expectTidied([])
        #expect(try database.sql("SELECT revoke_user_sessions('nobody')") == "0")
        try expectTidied([])
    }

    @Test func `rows that have expired are marked too, in case the clock is set back`() throws {
        for name in ["a", "b"] { try database.create(name) }
        try database.sql("UPDATE session_tokens SET expires_at = now() - interval '1 hour' WHERE user_agent = 'a'")
        try database.sql(Self.endAll)
        try expectTidied([])
        let rows = "SELECT user_agent, revoked_at IS NULL, expires_at < now() - interval '1 minute' FROM session_tokens"
        #expect(try database.sql(rows + " ORDER BY 1") == "a|f|t\nb|f|f")
    }

    @Test func `a locked session leaves its user untidied, until it is removed`() throws {
        for name in ["a", "b"] { try database.create(name) }
        let holder = try database.session()
        try holder.sql("BEGIN")
        try holder.sql("SELECT 1 FROM session_tokens WHERE user_agent = 'a' FOR UPDATE")
        try database.sql(Self.endAll)
        #expect(try !isTidied())
        #expect(try database.live() == [])
        #expect(try database.sql(Self.removeEnded) == "0")
        #expect(try !isTidied())
        try holder.sql("COMMIT")
        #expect(try database.sql(Self.removeEnded) == "1")
        try expectTidied([])
    }

    @Test(arguments: ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"])
    func `a session that is being created leaves its user untidied, and delays no end`(level: String) throws {
        let (creator, end) = (try database.session(), try database.session())
        try creator.sql("BEGIN ISOLATION LEVEL \(level)")
        #expect(try creator.sql(FunctionDatabase.create("late")) == "1")
        try end.sql("SET lock_timeout = '1ms'")
        #expect(try end.sql(Self.endAll) == "0")
        #expect(try !isTidied())
        #expect(try end.sql(Self.removeEnded) == "0")
        #expect(try !isTidied())
        try creator.sql("COMMIT")
        #expect(try !isTidied())
        #expect(try database.live() == [])
        #expect(try end.sql(Self.removeEnded) == "1")
        try expectTidied([])
    }

    /// Its snapshot shows the epochs as they were before the end.
    @Test(arguments: ["REPEATABLE READ", "SERIALIZABLE"])
    func `an older snapshot creates no session after the end`(level: String) throws {
        let creator = try database.session()
        try creator.sql("BEGIN ISOLATION LEVEL \(level)")
        try creator.sql("SELECT count(*) FROM user_epochs")
        try database.sql(Self.endAll)
        try expectTidied([])
        for statement in [
            FunctionDatabase.create("late"),
            """
            INSERT INTO session_tokens (token_hash, user_id, user_agent, user_epoch, expires_at, absolute_expires_at)
            VALUES (sha256('late'), 'ann', 'late', 0, now() + interval '1 hour', 'infinity')
            """,
        ] {
            try creator.sql("SAVEPOINT s")
            let error = #expect(throws: PostgreSQLError.self) { try creator.sql(statement) }
            #expect(error?.reason.contains("40001") == true, "\(String(describing: error))")
            try creator.sql("ROLLBACK TO s")
        }
        try creator.sql("COMMIT")
        try expectTidied([])
    }

    /// While another session is being created the user is untidied, and the older snapshot is not refused.
    @Test func `an older snapshot that creates a session of an untidied user creates an ended one`() throws {
        let (creator, other) = (try database.session(), try database.session())
        try creator.sql("BEGIN ISOLATION LEVEL REPEATABLE READ")
        try creator.sql("SELECT count(*) FROM user_epochs")
        try other.sql("BEGIN")
        try other.sql(FunctionDatabase.create("other"))
        try database.sql(Self.endAll)
        try creator.sql(FunctionDatabase.create("late"))
        try other.sql("COMMIT")
        #expect(try database.sql(Self.removeEnded) == "1")
        #expect(try !isTidied())
        try creator.sql("COMMIT")
        #expect(try !isTidied())
        #expect(try database.live() == [])
        #expect(try database.sql(Self.removeEnded) == "1")
        try expectTidied([])
    }

    @Test(arguments: [
        "UPDATE session_tokens SET revoked_at = NULL, expires_at = now() + interval '1 hour'",
        "UPDATE session_tokens SET user_epoch = 0, revoked_at = NULL, expires_at = now() + interval '1 hour'",
        "UPDATE session_tokens SET user_epoch = user_epoch - 1 WHERE user_agent = 'new'",
        "UPDATE session_tokens SET token_hash = sha256('x') WHERE user_agent = 'kept'",
        "UPDATE session_tokens SET user_id = 'bob', user_epoch = 0, revoked_at = NULL WHERE user_agent = 'a'",
        """
        INSERT INTO session_tokens (token_hash, user_id, user_agent, user_epoch, expires_at, absolute_expires_at)
        VALUES (sha256('z'), 'ann', 'z', 0, now() + interval '1 hour', 'infinity')
        """,
        """
        SET session_replication_role = replica;
        UPDATE session_tokens SET revoked_at = NULL, expires_at = now() + interval '1 hour'
        """,
    ])
    func `no statement makes the row of an ended session look live`(sql: String) throws {
        for name in ["a", "kept"] { try database.create(name) }
        try database.sql("SELECT revoke_user_sessions('bob')")
        try database.sql("SELECT revoke_user_sessions('ann', \(FunctionDatabase.hash("kept")))")
        try database.create("new")
        try database.sql(sql)
        let names = try database.live()
        #expect(["a", "z"].allSatisfy { !names.contains($0) }, "\(names)")
        try expectTidied(names)
        // Whatever looks live ends with the next end.
        try database.sql(Self.endAll)
        try database.sql("SELECT revoke_user_sessions('bob')")
        try expectTidied([])
    }

    @Test func `a row that plain SQL inserts belongs to the present epochs`() throws {
        for _ in 0..<2 { try database.sql(Self.endAll) }
        try database.sql("SELECT revoke_all_sessions()")
        try database.sql(
            """
            INSERT INTO session_tokens (token_hash, user_id, user_agent, expires_at, absolute_expires_at)
            SELECT sha256(name::bytea), name, name, now() + interval '1 hour', 'infinity'
              FROM unnest(ARRAY['ann', 'new']) AS n (name)
            """)
        try expectTidied(["ann", "new"])
        #expect(try database.sql("SELECT user_epoch, general_epoch FROM session_tokens ORDER BY user_id") == "2|1\n0|1")
        try database.sql("SELECT revoke_user_sessions('new')")
        try expectTidied(["ann"])
    }

    @Test func `a session given to another user while that one's end leaves its user untidied`() throws {
        try database.create("a")
        try database.create("b", of: "bob")
        let giver = try database.session()
        try giver.sql("BEGIN")
        try giver.sql("UPDATE session_tokens SET user_id = 'bob' WHERE user_agent = 'a'")
        #expect(try database.sql("SELECT revoke_user_sessions('bob')") == "1")
        #expect(try !isTidied())
        try giver.sql("COMMIT")
        #expect(try database.live() == [])
        #expect(try database.sql(Self.removeEnded) == "1")
        try expectTidied([])
    }

    @Test func `plain SQL that ends sessions by their epochs leaves users untidied`() throws {
        for name in ["a", "b"] { try database.create(name) }
        try database.sql("SELECT revoke_user_sessions('ann', \(FunctionDatabase.hash("b")))")
        for sql in [
            "UPDATE user_epochs SET kept_hash = NULL",
            "UPDATE user_epochs SET epoch = epoch + 1, ended_before = epoch + 1",
        ] {
            #expect(try isTidied())
            try database.sql(sql)
            #expect(try !isTidied())
            #expect(try database.live() == [])
            try database.sql(Self.removeEnded)
            try expectTidied([])
        }
    }

    @Test func `whether a user is untidied is found without reading the others`() throws {
        try database.sql("INSERT INTO user_epochs (user_id) SELECT i FROM generate_series(1, 20000) i")
        for statistics in ["", "ANALYZE user_epochs; "] {
            let read = try database.sql(
                """
                \(statistics)BEGIN; SELECT has_untidied_users();
                SELECT pg_stat_get_xact_tuples_returned('user_epochs'::regclass),
                       pg_stat_get_xact_numscans('user_epochs_untidied_idx'::regclass); COMMIT
                """)
            #expect(read == "f\n0|1")
        }
    }
}
