import Foundation
import TestSupport
import Testing

@testable import Sessions

/// The machine's wall clock has no effect: the program measures waits with a monotonic clock, and sessions expire by
/// the database's clock.
@Suite struct WallClockTests {
    private let folder: TestFolder
    private let clock: FakeClock
    /// The server logs every statement, so that the look-ups of workers are in its log. Its clock is correct.
    private let server: PostgreSQLServer

    init() throws {
        folder = try TestFolder()
        clock = try FakeClock(in: folder)
        server = try PostgreSQLServer(in: folder, settings: ["log_statement": "all"])
    }

    private func gate(workers: Int = 1, _ environment: [String: String] = [:]) throws -> GateProcess {
        let gate = try GateProcess(
            in: folder, server: server, workers: workers, environment: clock.environment.merging(environment) { $1 })
        for process in try gate.workers + [gate.supervisor] {
            #expect(try clock.isSeen(by: process), "the clock can be set for all of the program's processes")
        }
        return gate
    }

    private func row(_ token: String) throws -> StoredSession {
        try StoredSession(try #require(SessionToken(token)), in: "postgres", of: server)
    }

    /// Returns the number of statements with `text` that PostgreSQL has executed.
    private func statements(with text: String) -> Int {
        server.log.split(separator: "\n").count { $0.contains("LOG:  execute") && $0.contains(text) }
    }

    @Test(arguments: [3600, -3600])
    func `the fake clock changes only the wall clock`(offset: Int) throws {
        let probe = "use Time::HiRes 'clock_gettime'; print join ' ', map { clock_gettime($_) } 0, 1, 7"  // 7: BOOTTIME
        func read() throws -> [Double] {
            try ServerProcess.output("perl", ["-e", probe], environment: clock.environment).split(separator: " ")
                .compactMap { Double($0) }
        }
        let before = try read()
        try clock.set(offset: offset)
        let after = try read()
        try #require(before.count == 3 && after.count == 3)
        let passed = zip(before, after).map { $1 - $0 }
        #expect(abs(passed[0] - Double(offset)) < 5)
        #expect(passed[1] >= 0 && passed[1] < 5)
        #expect(passed[2] >= 0 && passed[2] < 5)
    }

    @Test func `jumps of the clock neither revive nor end a session, and workers continue`() throws {
        let gate = try gate(workers: 2, ["SESSION_IDLE_TIMEOUT": "10s"])
        let live = try gate.signIn("ann", idleTimeout: 10, on: server)
        let (revoked, expired) = try (gate.signIn("ann"), gate.signIn("ann"))
        try server.psql(
            """
            SELECT revoke_access_token('\(revoked)');
            UPDATE session_tokens SET expires_at = now() WHERE token_hash = session_token_hash('\(expired)')
            """)
        let (workers, log) = (try gate.workers, gate.log)
        let gone = [revoked, expired]
        let accepted = CheckLoad(threads: 1, pause: .milliseconds(2)) { _ in try gate.check(live) }
        let refused = CheckLoad(threads: 1, pause: .milliseconds(20)) { _ in
            let statuses = try gone.map { try gate.check($0) }
            return statuses == [401, 401] ? 401 : statuses.first { $0 != 401 }
        }
        try accepted.waitForAnswers(100)
        for offset in [3600, 0, -3600, 3600, -3600, 0] {
            try clock.set(offset: offset)
            let jumped = Date.now
            let heartbeats = statements(with: "pg_is_in_recovery()")
            let asked = statements(with: "session_tokens s WHERE s.token_hash")
            let (yes, no) = (accepted.report.count, refused.report.count)
            try accepted.waitForAnswers(200)
            // Timers: touches are still written and extend the session, and heartbeats continue.
            try eventually("uses are written", within: .seconds(3), log: gate.log) {
                try row(live).lastSeenAt > jumped
            }
            try eventually("heartbeats are sent", within: .seconds(1)) {
                statements(with: "pg_is_in_recovery()") >= heartbeats + 4
            }
            #expect(try row(live).lastSeenAt <= .now)
            // The lease: nearly all accepted checks are answered from memory. Refused tokens are looked up each time.
            let lookUps = statements(with: "session_tokens s WHERE s.token_hash") - asked
            let mayBeAsked = 2 * (refused.report.count - no + 1) + (accepted.report.count - yes) / 10
            #expect(lookUps <= mayBeAsked, "\(offset)")
        }
        let (yes, no) = (accepted.stop(), refused.stop())
        #expect(yes.failures == [:] && Set(yes.statuses.keys) == [200], "\(yes)")
        #expect(no.failures == [:] && Set(no.statuses.keys) == [401], "\(no)")
        #expect(try gate.workers == workers)
        #expect(gate.log == log)
    }

    @Test(arguments: zip([3600, -3600], [50_000, 0]))
    func `a session expires by the database's clock, whatever the worker's`(offset: Int, kept: Int) throws {
        let gate = try gate(["SESSION_CACHE_ENTRIES": "\(kept)"])
        let token = try gate.signIn("ann", lifetime: "3 seconds")
        let end = try row(token).expiresAt
        var offsets = [offset, -offset, 0, offset, -offset][...]
        var next = Date.now + 0.3
        while true {
            let asked = Date.now
            let status = try gate.check(token)
            let answered = Date.now
            guard status == 200 else {
                #expect(status == 401)
                #expect(answered >= end, "\(end.timeIntervalSince(answered)) s too early")
                break
            }
            // The session ends exactly at this time. The additional second ends the loop in any case.
            #expect(asked < end, "\(asked.timeIntervalSince(end)) s too late")
            guard asked < end + 1 else { break }
            if asked > next, let offset = offsets.popFirst() {
                try clock.set(offset: offset)
                next = asked + 0.5
            }
            sleepThread(for: .milliseconds(5))
        }
        #expect(offsets.isEmpty)
        // The session stays ended.
        for offset in [offset, -offset, 0] {
            try clock.set(offset: offset)
            for _ in 0..<20 { #expect(try gate.check(token) == 401) }
        }
    }

    @Test func `the times in a login and the list are the database's`() throws {
        let gate = try gate()
        try ServerProcess.output(
            GateProcess.executable, ["user", "add", "ann", "--allow-weak"], environment: ["DATABASE_URL": server.url()],
            input: "correct horse")
        for offset in [3600, -3600] {
            try clock.set(offset: offset)
            let before = Date.now
            let answer = try gate.logIn("ann", "correct horse")
            let token = try #require(answer.json?["token"], "\(answer)")
            let expires = try Date(#require(answer.json?["expires_at"]), strategy: .iso8601)
            #expect(try abs(row(token).expiresAt.timeIntervalSince(expires)) <= 1)
            #expect(abs(expires.timeIntervalSince(before) - 86_400) < 10)
            #expect(try object(answer)["expires_in"] == .number(86_400))
            let list = try object(gate.ask("GET", "/auth/sessions", parameters: [GateProcess.bearer(token)]))
            guard case .objects(let sessions) = list["sessions"] else { throw SupportError.unexpected("\(list)") }
            let created = try Date(#require(sessions.first?["created_at"]?.text), strategy: .iso8601)
            #expect(abs(created.timeIntervalSince(before)) < 10)
            #expect(try gate.check(token) == 200)
        }
    }
}
