import Logging
import Synchronization
import TestSupport
import Testing

@testable import Sessions

/// The effects of a login on other sessions, and the lifetime of its own.
@Suite(.serialized) struct LoginSessionTests {
    private static let replacing = OncePerSuite { try TwoGates(users: ["ann", "bob"]) }
    private static let limited = OncePerSuite {
        try TwoGates(environment: ["SESSIONS_PER_USER": "2"], users: ["ann", "bob"])
    }
    private static let remembering = OncePerSuite {
        try TwoGates(
            environment: [
                "SESSION_REMEMBERED_LIFETIME": "30d", "SESSION_LIFETIME": "8h", "SESSION_IDLE_TIMEOUT": "1h",
            ], users: ["ann"])
    }

    private static func login(_ name: String, _ more: String = "") -> String {
        #"{"username":"\#(name)","password":"\#(TwoGates.password)"\#(more)}"#
    }

    @Test func `a login with a session replaces that session`() throws {
        let gates = try Self.replacing.get()
        for source in [GateProcess.bearer, GateProcess.cookie] {
            let (old, other) = try (gates.logIn("ann"), gates.logIn("ann"))
            try gates.warm(old, other)
            let new = try gates.logIn("ann", parameters: [source(old)])
            try gates.expectEnded(old, by: gates.one)
            try gates.warm(new, other)
            // Also if another user logs in.
            let bobs = try gates.logIn("bob", parameters: [source(new)])
            try gates.expectEnded(new, by: gates.one)
            try gates.warm(bobs, other)
        }
    }

    @Test func `a login that fails ends nothing`() throws {
        let gates = try Self.replacing.get()
        let old = try gates.logIn("ann")
        for source in [GateProcess.bearer, GateProcess.cookie] {
            for (body, status) in [
                (#"{"username":"ann","password":"wrong"}"#, 401), (#"{"username":"nobody","password":"wrong"}"#, 401),
                ("{", 400), (Self.login("ann", #","remember":"yes""#), 400),
            ] {
                #expect(try gates.one.logIn(body, parameters: [source(old)]).status == status)
                try gates.warm(old)
            }
        }
    }

    @Test func `an invalid token does not prevent a login`() throws {
        let gates = try Self.replacing.get()
        let ended = try gates.logIn("ann")
        #expect(try gates.one.logOut(ended).status == 204)
        let invented = "afs_" + String(repeating: "A", count: 54)
        for token in [ended, invented, "afs_", "garbage"] {
            for source in [GateProcess.bearer, GateProcess.cookie] {
                try gates.warm(gates.logIn("ann", parameters: [source(token)]))
            }
        }
    }

    @Test func `a remembered session does not expire by the idle timeout`() throws {
        let gates = try Self.remembering.get()
        let grace = 60  // of the idle timeout
        for (more, seconds, idle) in [
            (#","remember":true"#, 30 * 86_400, ""), (#","remember":false"#, 3600 + grace, "01:00:00"),
            ("", 3600 + grace, "01:00:00"),
        ] {
            let answer = try gates.one.logIn(Self.login("ann", more))
            #expect(try object(answer)["expires_in"] == .number(seconds), "\(more): \(answer)")
            let token = try #require(answer.json?["token"])
            let row = try gates.psql(
                """
                SELECT extract(epoch FROM expires_at - created_at)::integer, coalesce(idle_timeout::text, '')
                FROM session_tokens WHERE token_hash = session_token_hash('\(token)')
                """)
            #expect(row == "\(seconds)|\(idle)")
            try gates.warm(token)
        }
    }

    @Test func `remember is ignored where it is not configured`() throws {
        let gates = try Self.replacing.get()
        for more in ["", #","remember":true"#, #","remember":false"#] {
            let answer = try gates.one.logIn(Self.login("ann", more))
            #expect(try object(answer)["expires_in"] == .number(86_400), "\(more): \(answer)")
        }
    }

    @Test func `remember must be true or false`() throws {
        for gates in [try Self.remembering.get(), try Self.replacing.get()] {
            for value in [#""true""#, "1", "0", "[]", "{}", #""""#, "1.5"] {
                let answer = try gates.one.logIn(Self.login("ann", #","remember":\#(value)"#))
                #expect(answer.status == 400, "\(value): \(answer)")
                #expect(answer.json?["message"]?.contains("remember") == true, "\(value): \(answer)")
            }
        }
    }

    @Test func `a login over the limit ends the oldest session, and sessions with a label do not count`() throws {
        let gates = try Self.limited.get()
        let userID = try gates.psql("SELECT id FROM authfcgi_users WHERE username = 'ann'")
        let machine = try gates.psql("SELECT create_access_token('\(userID)', label => 'ci')")
        let others = try gates.logIn("bob")
        let (first, second) = try (gates.logIn("ann"), gates.logIn("ann"))
        try gates.warm(machine, others, first, second)
        let third = try gates.logIn("ann")
        try gates.expectEnded(first, by: gates.one)
        try gates.warm(machine, others, second, third)
        // Access tokens of machines are not limited either.
        let machines = try (0..<3).map { _ in
            try gates.psql("SELECT create_access_token('\(userID)', label => 'ci')")
        }
        for token in machines { try gates.warm(token) }
        try gates.warm(machine, others, second, third)
        // A session that is replaced does not count towards the limit.
        let fourth = try gates.logIn("ann", parameters: [GateProcess.cookie(third)])
        try gates.expectEnded(third, by: gates.one)
        try gates.warm(second, fourth, machine)
    }

    @Test func `of ten concurrent logins with a limit of two, two sessions stay`() throws {
        let gates = try Self.limited.get()
        let answers = Self.logInAtOnce("bob", 10, gates)
        #expect(answers.map(\.status) == Array(repeating: 200, count: 10))
        let tokens = answers.compactMap { $0.json?["token"] }
        #expect(Set(tokens).count == 10)
        let userID = try #require(answers.first?.json?["user_id"])
        #expect(try gates.liveCount(of: userID) == "2")
        for gate in [gates.one, gates.two] {
            try eventually("two are accepted", within: .seconds(1)) {
                try tokens.count { try gate.check($0) == 200 } == 2
            }
        }
    }

    @Test func `two concurrent logins count each other's sessions`() throws {
        let gates = try Self.limited.get()
        let userID = try gates.psql("SELECT id FROM authfcgi_users WHERE username = 'bob'")
        for _ in 0..<2 { _ = try gates.logIn("bob") }
        var rounds = 0
        try eventually("both have waited five times", within: .seconds(60)) {
            if try hasMadeBothWait(userID, gates) { rounds += 1 }
            #expect(try gates.liveCount(of: userID) == "2")
            return rounds == 5
        }
    }

    /// Sends two logins of bob while his row is locked. Returns whether both have waited for the lock at the same time and both were
    /// answered 200. A login that waits for more than two seconds is answered 503.
    private func hasMadeBothWait(_ userID: String, _ gates: TwoGates) throws -> Bool {
        let other = try PostgreSQLConnection(
            gates.server.url(database: gates.database), log: Logger(label: "test"))
        try other.script(
            "BEGIN; SELECT FROM user_epochs WHERE user_id = \(GateProcess.quoted(userID)) FOR UPDATE",
            deadline: .seconds(5))
        let lockedAt = ContinuousClock.now
        let statuses = Mutex<[Int?]?>(nil)
        let logins = JoinableThread {
            let answers = Self.logInAtOnce("bob", 2, gates)
            statuses.withLock { $0 = answers.map(\.status) }
        }
        var haveWaited = false
        try eventually("both wait, or have their answers") {
            haveWaited =
                try gates.psql(
                    """
                    SELECT count(*) FROM pg_stat_activity
                    WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%create_session%'
                    """) == "2"
            return haveWaited || statuses.withLock { $0 != nil }
        }
        try other.script("COMMIT", deadline: .seconds(5))
        let wasLong = ContinuousClock.now - lockedAt > .milliseconds(1500)
        logins.join()
        let results = statuses.withLock { $0 } ?? []
        #expect(results.count == 2 && results.allSatisfy { $0 == 200 || wasLong && $0 == 503 }, "\(results)")
        return haveWaited && results == [200, 200]
    }

    /// Sends logins concurrently, alternating between the gates.
    private static func logInAtOnce(_ name: String, _ count: Int, _ gates: TwoGates) -> [FastCGIAnswer] {
        let answers = Mutex<[FastCGIAnswer]>([])
        let threads = (0..<count).map { number in
            JoinableThread {
                let gate = number.isMultiple(of: 2) ? gates.one : gates.two
                guard let answer = try? gate.logIn(login(name), timeout: .seconds(30)) else { return }
                answers.withLock { $0.append(answer) }
            }
        }
        for thread in threads { thread.join() }
        return answers.withLock { $0 }
    }
}
