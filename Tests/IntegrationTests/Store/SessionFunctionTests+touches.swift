import TestSupport
import Testing

@testable import Sessions

// Touches in batches.
extension SessionFunctionTests {
    /// Returns the call that writes touches. Its result is the names of the sessions that are to be retried.
    static func touch(_ uses: KeyValuePairs<String, String>, fresh: String = "10 seconds") -> String {
        let hashes = uses.map { FunctionDatabase.hash($0.key) }.joined(separator: ", ")
        let times = uses.map { "now() + interval '\($0.value)'" }.joined(separator: ", ")
        return """
            SELECT s.user_agent FROM touch_sessions(
                ARRAY[\(hashes)]::bytea[], ARRAY[\(times)]::timestamptz[], '\(fresh)') AS t (hash)
            JOIN session_tokens s ON s.token_hash = t.hash ORDER BY s.user_agent
            """
    }

    /// Sets the creation and last use of these sessions to an hour ago, and the rest of their idle timeout.
    private func age(_ database: FunctionDatabase, left: String = "1 minute") throws {
        try database.sql(
            """
            UPDATE session_tokens SET created_at = now() - interval '1 hour', last_seen_at = now() - interval '1 hour',
                expires_at = CASE WHEN idle_timeout IS NULL THEN expires_at ELSE now() + interval '\(left)' END
            """)
    }

    /// Returns whether a session was last used at a time, and the time from its last use to its expiry in seconds.
    private func state(_ database: FunctionDatabase, _ session: String, seen time: String) throws -> String {
        try database.sql(
            """
            SELECT abs(extract(epoch FROM last_seen_at - (now() + interval '\(time)'))) < 5,
                   date_trunc('second', expires_at - last_seen_at + interval '0.5 seconds')
            FROM session_tokens WHERE user_agent = '\(session)'
            """)
    }

    @Test func `a touch postpones the expiry of a session with an idle timeout, without a notification`() throws {
        let database = try FunctionDatabase()
        try database.create("a", "idle_timeout => '30 minutes'")
        try age(database)
        #expect(try database.notifications(of: Self.touch(["a": "-20 seconds"])) == [])
        #expect(try state(database, "a", seen: "-20 seconds") == "t|00:31:00")
    }

    @Test func `the last of several uses counts, and none is later than now`() throws {
        let database = try FunctionDatabase()
        for name in ["a", "b"] { try database.create(name, "idle_timeout => '30 minutes'") }
        try age(database)
        let again = try database.sql(
            Self.touch(["a": "-5 minutes", "b": "1 day", "a": "-1 minute", "a": "-7 minutes"]))
        #expect(again == "")
        #expect(try state(database, "a", seen: "-1 minute") == "t|00:31:00")
        #expect(try state(database, "b", seen: "0") == "t|00:31:00")
    }

    @Test func `touches never move times back, and recent ones are not written`() throws {
        let database = try FunctionDatabase()
        try database.create("a", "idle_timeout => '30 minutes'")
        try age(database)
        try database.sql(Self.touch(["a": "-60 seconds"]))
        let row = { try database.sql("SELECT last_seen_at, expires_at, xmin FROM session_tokens") }
        let before = try row()
        try database.sql(Self.touch(["a": "-2 minutes"]))
        // An eighth of the minute by which this session may expire later, even if the parameter permits more.
        try database.sql(Self.touch(["a": "-54 seconds"], fresh: "5 minutes"))
        #expect(try row() == before)
        try database.sql("UPDATE session_tokens SET idle_timeout = NULL")
        let unlimited = try row()
        try database.sql(Self.touch(["a": "-10 seconds"], fresh: "5 minutes"))
        #expect(try row() == unlimited)
        // A later expiry than that of the touch is kept.
        try database.sql("UPDATE session_tokens SET expires_at = now() + interval '20 hours'")
        try database.sql(Self.touch(["a": "-10 seconds"]))
        #expect(try database.sql("SELECT expires_at > now() + interval '19 hours' FROM session_tokens") == "t")
        #expect(try row() != before)
    }

    @Test func `no touch moves the expiry beyond the absolute end`() throws {
        let database = try FunctionDatabase()
        try database.create("a", "idle_timeout => '30 minutes'")
        try database.create("huge", "idle_timeout => '1000000 years'")
        try database.create("endless", "idle_timeout => '30 minutes'")
        try age(database)
        try database.sql(
            """
            UPDATE session_tokens SET absolute_expires_at = CASE user_agent WHEN 'endless' THEN 'infinity'::timestamptz
                ELSE now() + interval '5 minutes' END
            """)
        #expect(try database.sql(Self.touch(["a": "0", "huge": "0", "endless": "0"])) == "")
        let atEnd = "SELECT user_agent FROM session_tokens WHERE expires_at = absolute_expires_at ORDER BY user_agent"
        #expect(try database.sql(atEnd) == "a\nhuge")
        #expect(try state(database, "endless", seen: "0") == "t|00:31:00")
    }

    @Test func `a touch does not revive a session`() throws {
        let database = try FunctionDatabase()
        for name in ["expired", "live", "marked", "revoked"] {
            try database.create(name, "idle_timeout => '30 minutes'")
        }
        try age(database)
        try database.sql(
            """
            UPDATE session_tokens SET expires_at = now() WHERE user_agent = 'expired';
            UPDATE session_tokens SET revoked_at = now() WHERE user_agent = 'marked';
            SELECT revoke_access_token_hash(\(FunctionDatabase.hash("revoked")))
            """)
        let again = try database.sql(
            Self.touch(["expired": "0", "marked": "0", "revoked": "0", "live": "0", "unknown": "0"]))
        #expect(again == "")
        #expect(try database.live() == ["live"])
        #expect(
            try database.sql("SELECT user_agent FROM session_tokens WHERE last_seen_at > now() - interval '1 minute'")
                == "live")
    }

    @Test func `locked rows are returned without waiting`() throws {
        let database = try FunctionDatabase()
        for name in ["a", "b", "c"] { try database.create(name, "idle_timeout => '30 minutes'") }
        try age(database)
        let (holder, toucher) = (try database.session(), try database.session())
        try holder.sql("BEGIN")
        try holder.sql("SELECT 1 FROM session_tokens WHERE user_agent = 'a' FOR UPDATE")
        try holder.sql("SELECT revoke_access_token_hash(\(FunctionDatabase.hash("b")))")
        try toucher.sql("SET lock_timeout = '1ms'")
        let touch = Self.touch(["a": "0", "b": "0", "c": "0"])
        #expect(try toucher.sql(touch) == "a\nb")
        #expect(try state(database, "c", seen: "0") == "t|00:31:00")
        try holder.sql("COMMIT")
        // Session b has ended meanwhile.
        #expect(try toucher.sql(touch) == "")
        #expect(try state(database, "a", seen: "0") == "t|00:31:00")
        #expect(try database.live() == ["a", "c"])
    }

    @Test func `a touch of a session without an idle timeout adds no index entry`() throws {
        let database = try FunctionDatabase()
        try database.create("idle", "idle_timeout => '30 minutes'")
        try database.create("plain")
        try age(database)
        let counts = { (session: String) in
            try database.sql(
                """
                BEGIN; \(Self.touch([session: "0"]));
                SELECT pg_stat_get_xact_tuples_updated('session_tokens'::regclass),
                       pg_stat_get_xact_tuples_hot_updated('session_tokens'::regclass); COMMIT
                """)
        }
        #expect(try counts("plain") == "1|1")
        #expect(try counts("idle") == "1|0")
        #expect(
            try database.sql(
                "SELECT expires_at = absolute_expires_at, last_seen_at > now() - interval '1 minute' FROM session_tokens WHERE user_agent = 'plain'"
            ) == "t|t")
    }

    @Test(arguments: [
        "'{a,b}', '{now}', '0'", "'{a}', '{now}', '-1 second'", "'{a}', '{now}', NULL", "NULL, '{now}', '0'",
        "'{a}', NULL, '0'",
    ])
    func `invalid touches are an error`(arguments: String) throws {
        let database = try FunctionDatabase()
        #expect(throws: SupportError.self) { try database.sql("SELECT touch_sessions(\(arguments))") }
    }
}
