import TestSupport
import Testing

/// What a failed login gives away: nothing, neither by its bytes nor by its time.
@Suite(.serialized) struct LoginTimingTests {
    private enum Kind: String, CaseIterable {
        /// There is no such user.
        case unknown
        /// A user with a hash of ours.
        case plain
        /// A user whose hash came from other software, and takes some three times as long as ours.
        case slow
        case disabled
        /// A user whose hash can belong to no password.
        case unusable
        /// A user whose hash takes some eight times as long with a long password.
        case lengthening
    }

    private let folder: TestFolder
    private let server: PostgreSQLServer
    private let database: String
    private let gate: GateProcess

    init() throws {
        folder = try TestFolder()
        (server, database) = try SharedServers.newDatabase()
        gate = try GateProcess(
            in: folder, server: server, database: database, environment: ["WORKERS": "2", "HASHING_THREADS": "1"])
        try gate.addUser("ann", password: "correct horse")
        let bcrypt = "$2b$10$" + String(repeating: ".", count: 22) + String(repeating: "a", count: 31)
        let sha256 = "$5$rounds=20000$salt$" + String(repeating: "a", count: 43)
        try server.psql(
            """
            INSERT INTO authfcgi_users (username, password_hash, disabled)
            SELECT kind || '-' || n, CASE kind WHEN 'slow' THEN '\(bcrypt)' WHEN 'lengthening' THEN '\(sha256)'
                                           WHEN 'unusable' THEN '!' ELSE u.password_hash END, kind = 'disabled'
              FROM authfcgi_users u, unnest('{plain,slow,disabled,unusable,lengthening}'::text[]) kind, generate_series(1, 100) n
             WHERE u.username = 'ann'
            """, database: database)
    }

    /// Each attempt has a name and an address of its own, as the throttle would answer otherwise.
    private func fail(
        _ kind: Kind, _ number: Int, _ password: String = "anything at all"
    ) throws -> (answer: FastCGIAnswer, time: Duration) {
        let start = ContinuousClock.now
        let answer = try gate.logIn(
            #"{"username":"\#(kind.rawValue)-\#(number)","password":"\#(password)"}"#,
            parameters: [("REMOTE_ADDR", "198.51.100.\(number)")])
        return (answer, ContinuousClock.now - start)
    }

    /// How often an entry of `a` is less than one of `b`: one half when they cannot be told apart.
    private func share(of a: [Duration], before b: [Duration]) -> Double {
        Double(a.reduce(0) { count, time in count + b.count { time < $0 } }) / Double(a.count * b.count)
    }

    @Test func `unknown and disabled users and wrong passwords are the same in bytes and time`() throws {
        try compare(
            [.unknown, .plain, .slow, .disabled, .unusable], slowest: .slow, attempts: 20, within: 0.1...0.9,
            least: .milliseconds(120), "anything at all")
    }

    @Test func `nor does a long password show who has a hash that it makes slow`() throws {
        try compare(
            [.unknown, .plain, .lengthening], slowest: .lengthening, attempts: 10, within: 0.05...0.95,
            least: .milliseconds(240), String(repeating: "long", count: 125))
    }

    private func compare(
        _ kinds: [Kind], slowest: Kind, attempts: Int, within chance: ClosedRange<Double>, least: Duration,
        _ password: String
    ) throws {
        // Until somebody has tried it nobody knows that there is a slow hash; then the other worker knows as well.
        _ = try fail(slowest, 100)
        try eventually("the slow hash was noted") {
            try server.psql("SELECT slowest_hash > interval '0' FROM session_settings", database: database) == "t"
        }
        for number in 90..<94 { _ = try fail(.unknown, number) }
        var times: [Kind: [Duration]] = [:]
        var outputs: Set<[UInt8]> = []
        for number in 1...attempts {
            for kind in kinds.shuffled() {
                let (answer, time) = try fail(kind, number, password)
                #expect(answer.status == 401)
                outputs.insert(answer.output)
                times[kind, default: []].append(time)
            }
        }
        #expect(outputs.count == 1, "\(outputs.map { String(decoding: $0, as: UTF8.self) })")
        let shown = times.map { kind, times in "\(kind): \(times.sorted())" }.joined(separator: "\n")
        // Twice what the slowest hash is reckoned to take with such a password.
        #expect(try #require(times.values.joined().min()) >= least, "\(shown)")
        // By chance one of the pairs would be outside once in some thousand runs.
        for a in kinds {
            for b in kinds where a != b {
                let share = share(of: times[a] ?? [], before: times[b] ?? [])
                #expect(chance.contains(share), "\(a), \(b): \(share)\n\(shown)")
            }
        }
    }
}
