import TestSupport
import Testing

@testable import Sessions

/// Neither the bytes nor the time of a failed login reveal the reason.
@Suite(.serialized) struct LoginTimingTests {
    enum Kind: String, CaseIterable {
        /// The user does not exist.
        case unknown
        /// The user's hash has the gate's own format.
        case plain
        /// The user's hash is of other software and takes some three times as long as one of the gate.
        case slow
        case disabled
        /// The user's hash matches no password.
        case unusable
        /// The user's hash takes some eight times as long for a long password.
        case lengthening
    }

    private static let bcrypt = "$2b$10$" + String(repeating: ".", count: 22) + String(repeating: "a", count: 31)
    private static let sha256 = "$5$rounds=20000$salt$" + String(repeating: "a", count: 43)

    private let folder: TestFolder
    private let server: PostgreSQLServer
    private let database: String

    init() throws {
        folder = try TestFolder()
        (server, database) = try SharedServers.newDatabase()
    }

    /// Starts a gate with a hundred users of each kind.
    private func gate(workers: Int) throws -> GateProcess {
        let gate = try GateProcess(
            in: folder, server: server, database: database, workers: workers, environment: ["HASHING_THREADS": "1"])
        try gate.addUser("ann", password: "correct horse")
        try server.psql(
            """
            INSERT INTO authfcgi_users (username, password_hash, disabled)
            SELECT kind || '-' || n, CASE kind WHEN 'slow' THEN '\(Self.bcrypt)' WHEN 'lengthening' THEN '\(Self.sha256)'
                                           WHEN 'unusable' THEN '!' ELSE u.password_hash END, kind = 'disabled'
              FROM authfcgi_users u, unnest('{plain,slow,disabled,unusable,lengthening}'::text[]) kind, generate_series(1, 100) n
             WHERE u.username = 'ann'
            """, database: database)
        return gate
    }

    /// Returns the time of checking a hash on this machine, less a fifth: the speed of machines varies.
    private static func time(of hash: String, _ password: String) throws -> Duration {
        let hash = try PasswordHash(hash)
        let times = try (0..<3).map { _ in
            try ContinuousClock().measure { _ = try hash.matches(Array(password.utf8)) }
        }
        return times.min().map { $0 * 4 / 5 } ?? .zero
    }

    /// Sends a login that fails. Each has its own name and address, because the throttle would respond otherwise.
    private static func fail(
        _ kind: Kind, _ number: Int, _ password: String = "anything at all", at gate: GateProcess
    ) throws -> (answer: FastCGIAnswer, time: Duration) {
        let start = ContinuousClock.now
        let answer = try gate.logIn(
            #"{"username":"\#(kind.rawValue)-\#(number)","password":"\#(password)"}"#,
            parameters: [("REMOTE_ADDR", "198.51.100.\(number)")])
        return (answer, ContinuousClock.now - start)
    }

    /// Returns the probability that an entry of `a` is less than one of `b`: one half if they are indistinguishable.
    private func share(of a: [Duration], before b: [Duration]) -> Double {
        Double(a.reduce(0) { count, time in count + b.count { time < $0 } }) / Double(a.count * b.count)
    }

    @Test func `failed logins for any reason get the same bytes after the same time`() throws {
        try compare(
            [.unknown, .plain, .slow, .disabled, .unusable], slowest: .slow, attempts: 20, within: 0.1...0.9,
            least: Self.time(of: Self.bcrypt, "anything at all") * 2, "anything at all")
    }

    @Test func `the time of a long password does not reveal the user's hash format`() throws {
        let password = String(repeating: "long", count: 125)
        try compare(
            [.unknown, .plain, .lengthening], slowest: .lengthening, attempts: 10, within: 0.05...0.95,
            least: Self.time(of: Self.sha256, password) * 2, password)
    }

    @Test func `the wait of other logins does not reveal the user's hash format`() throws {
        let gate = try gate(workers: 1)
        let before = try Self.time(of: Self.bcrypt, "anything at all")
        try learn(.slow, at: gate)
        let kinds = [Kind.unknown, .plain, .slow, .lengthening]
        var times: [Kind: [Duration]] = [:]
        for round in 0..<10 {
            for (turn, kind) in kinds.shuffled().enumerated() {
                let others = (1...3).map { number in
                    JoinableThread {
                        do {
                            let answer = try Self.fail(kind, round * 3 + number, at: gate).answer
                            #expect(answer.status == 401)
                        } catch {
                            Issue.record(error)
                        }
                    }
                }
                sleepThread(for: .milliseconds(60))
                let last = try Self.fail(.unknown, 101 + round * kinds.count + turn, at: gate)
                for other in others { other.join() }
                #expect(last.answer.status == 401)
                times[kind, default: []].append(last.time)
            }
        }
        // Three turns of the slowest hash without the start, and then twice its duration, by the faster of two
        // measurements.
        let least = try min(before, Self.time(of: Self.bcrypt, "anything at all")) * 5 - .milliseconds(60)
        expectAlike(times, least: least, within: 0.05...0.95)
    }

    @Test(arguments: [Kind.unknown, .plain, .slow])
    func `the first failure of a fresh worker takes as long as later ones`(_ kind: Kind) throws {
        let gate = try gate(workers: 1)
        try learn(.slow, at: gate)
        try gate.stop()
        try gate.start()
        let first = try Self.fail(kind, 1, at: gate).time
        let later = try (2...4).map { try Self.fail(.unknown, $0, at: gate).time }
        // The first one may also wait for the worker's calibration, and take several times as long on a busy machine.
        let least = try #require(later.min())
        #expect(first > least * 0.9 && first < least * 1.2 + .seconds(1), "\(first), later \(later)")
    }

    private func compare(
        _ kinds: [Kind], slowest: Kind, attempts: Int, within chance: ClosedRange<Double>,
        least: @autoclosure () throws -> Duration, _ password: String
    ) throws {
        let before = try least()
        let gate = try gate(workers: 2)
        try learn(slowest, at: gate)
        var times: [Kind: [Duration]] = [:]
        var outputs: Set<[UInt8]> = []
        for number in 1...attempts {
            for kind in kinds.shuffled() {
                let (answer, time) = try Self.fail(kind, number, password, at: gate)
                #expect(answer.status == 401)
                outputs.insert(answer.output)
                times[kind, default: []].append(time)
            }
        }
        #expect(outputs.count == 1, "\(outputs.map { String(decoding: $0, as: UTF8.self) })")
        // Twice the duration of the slowest hash with such a password, by the faster of two measurements.
        try expectAlike(times, least: min(before, least()), within: chance)
    }

    /// Logs in with the slowest hash: a worker knows of a slow hash only after the first login with it. Then waits
    /// until the other worker knows too.
    private func learn(_ slowest: Kind, at gate: GateProcess) throws {
        _ = try Self.fail(slowest, 100, at: gate)
        try eventually("the slow hash was noted") {
            try server.psql("SELECT count(*) > 0 FROM hashing_costs", database: database) == "t"
        }
        for number in 90..<94 { _ = try Self.fail(.unknown, number, at: gate) }
    }

    /// Expects that the times of the kinds are indistinguishable.
    ///
    /// - Parameter chance: The permitted probability that one of a kind takes less time than one of another. A pair is
    ///   outside by chance once in some thousand runs.
    private func expectAlike(_ times: [Kind: [Duration]], least: Duration, within chance: ClosedRange<Double>) {
        let shown = times.map { kind, times in "\(kind): \(times.sorted())" }.joined(separator: "\n")
        #expect(times.values.joined().allSatisfy { $0 >= least }, "\(shown)")
        for (a, timesOfA) in times {
            for (b, timesOfB) in times where a != b {
                let share = share(of: timesOfA, before: timesOfB)
                #expect(chance.contains(share), "\(a), \(b): \(share)\n\(shown)")
            }
        }
    }
}
