import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// A client that knows the channel's name may send any notification. That causes look-ups, but ends no session.
@Suite struct StrangeNotificationTests {
    private let server: PostgreSQLServer
    private let database: String
    private let stranger: PostgreSQLConnection
    private let channel: String

    init() async throws {
        (server, database) = try SharedServers.newDatabase()
        channel = try server.psql("SELECT channel FROM session_channel", database: database)
        stranger = try PostgreSQLConnection(server.url(database: database), log: RecordedLog().logger)
    }

    private func notify(_ payload: String) throws {
        let payload = GateProcess.quoted(payload)
        try stranger.script("SELECT pg_notify('\(channel)', \(payload))", deadline: .seconds(5))
    }

    /// Payloads of notifications. HASH is replaced by the hash of a live session.
    static let payloads = [
        "", "garbage", "h", "h:", "h:HASH", "h:HASH,", "h:HASH,HASH,zz", "H:HASH", "c:HASH", "c:", "c:12", "u:id-ann",
        "u:", "u:nobody", "*", "*:", "x:HASH", "🙂", "h:\u{7f}\u{1}", "'; DROP TABLE session_tokens; --",
    ]

    @Test func `notifications of other clients neither end sessions nor make checks fail`() async throws {
        let pod = try await TestStore.startKeeping(server.url(database: database))
        var watches: [CheckWatch] = []
        let rubbish = String(repeating: "h:,", count: 2666)
        #expect(rubbish.utf8.count == 7998)
        for payload in Self.payloads + [rubbish, "h:" + String(repeating: "0", count: 7997)] {
            // A new session each time: one that a notification has named is not cached again.
            let (token, _) = try await pod.signIn()
            try await pod.warm(token)
            watches.append(await CheckWatch(pod.store, token, every: .milliseconds(5)))
            try notify(payload.replacing("HASH", with: token.hash.hex))
            #expect(try await pod.store.session(for: token) != nil)
        }
        try await Task.sleep(for: .milliseconds(100))
        for watch in watches {
            let checks = await watch.stop()
            #expect(checks.allSatisfy { $0.isAccepted }, "\(checks.filter { !$0.isAccepted })")
        }
        // The notifications cause look-ups.
        #expect(await watches.asyncCount { await $0.checks.contains { $0.answer == .confirmed } } > 5)
        // Later sessions are cached.
        let (late, _) = try await pod.signIn("bob")
        try await pod.warm(late)
        #expect(!pod.log.text.contains("connection lost"), "\(pod.log.text)")
    }

    @Test func `a flood of notifications refuses no session, and caching resumes afterwards`() async throws {
        let pod = try await TestStore.startKeeping(server.url(database: database)) {
            $0.postgreSQL.lookUpDeadline = .seconds(5)
        }
        let (token, _) = try await pod.signIn()
        try await pod.warm(token)
        let watch = await CheckWatch(pod.store, token)
        // More marks than the limit: 30,000 hashes, 5,000 users, and all sessions.
        let sql = """
            SELECT count(pg_notify('\(channel)', 'h:' || encode(sha256(convert_to(i::text, 'UTF8')), 'hex')))
            FROM generate_series(1, 30000) i;
            SELECT count(pg_notify('\(channel)', 'u:' || i)) FROM generate_series(1, 5000) i;
            NOTIFY \(channel), '*'
            """
        for statement in sql.split(separator: ";") { try stranger.script(String(statement), deadline: .seconds(20)) }
        let deadline = Deadline(within: .seconds(60))
        while await !watch.checks.contains(where: { $0.answer != .kept }) {
            try #require(!deadline.hasPassed, "nothing is doubted")
            try await Task.sleep(for: .milliseconds(10))
        }
        let doubted = await watch.checks.count
        while await watch.checks.dropFirst(doubted).last?.answer != .kept {
            try #require(!deadline.hasPassed, "nothing is kept again")
            try await Task.sleep(for: .milliseconds(10))
        }
        let keptAgain = await watch.checks.count
        try await Task.sleep(for: .milliseconds(300))
        let checks = await watch.stop()
        // The time to read the notifications depends on the machine. Until then, and no longer, checks may have no
        // result.
        #expect(!checks.contains { $0.answer == .refused })
        #expect(checks.dropFirst(keptAgain).allSatisfy { $0.isAccepted }, "\(checks.dropFirst(keptAgain))")
    }

    @Test(arguments: ["h:", "c:"])
    func `an unwritten use still counts after another client's notification about the session`(
        kind: String
    ) async throws {
        // Touches are written after half a minute at the earliest: here, when the store is closed.
        let pod = try await TestStore.startKeeping(server.url(database: database)) {
            $0.idleTimeout = .seconds(3600)
        }
        let (token, session) = try await pod.signIn()
        let (probe, _) = try await pod.signIn("probe")
        for token in [token, probe] { try await pod.warm(token) }
        // Touches that are newer by less than some seconds are not written.
        try server.psql(
            "UPDATE session_tokens SET last_seen_at = last_seen_at - interval '10 minutes', expires_at = expires_at + interval '1 second'",
            database: database)
        let before = try server.psql("SELECT clock_timestamp()", database: database)
        #expect(await pod.keeps(token))
        try notify("\(kind)\(token.hash.hex),\(probe.hash.hex)")
        let deadline = Deadline(within: .seconds(5))
        while await pod.keeps(probe) { try #require(!deadline.hasPassed) }
        await pod.store.shutDown()
        let seen = """
            SELECT last_seen_at >= '\(before)' AND expires_at > '\(before)'::timestamptz + interval '1 hour'
            FROM session_tokens WHERE session_id = '\(session.id)'
            """
        #expect(try server.psql(seen, database: database) == "t")
    }
}

extension [CheckWatch] {
    fileprivate func asyncCount(_ condition: (CheckWatch) async -> Bool) async -> Int {
        var count = 0
        for watch in self where await condition(watch) { count += 1 }
        return count
    }
}
