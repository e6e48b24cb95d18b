import FoundationEssentials
import Testing

@testable import AuthFCGI
@testable import Sessions

/// What the doctor makes of facts.
struct DoctorDecisionTests {
    // MARK: PostgreSQL

    @Test(arguments: [
        // Address, mode, chosen, encrypted.
        ("", "prefer", false, false, Finding.Weight.fine), ("127.0.0.1", "prefer", false, false, .fine),
        ("::1", "disable", true, false, .fine), ("127.0.0.1", "prefer", true, true, .warning),
        ("127.0.0.1", "allow", true, false, .warning), ("127.0.0.1", "require", true, true, .fine),
        ("10.0.0.1", "prefer", false, false, .warning), ("10.0.0.1", "prefer", false, true, .warning),
        ("10.0.0.1", "disable", true, false, .warning), ("10.0.0.1", "require", true, true, .warning),
        ("10.0.0.1", "verify-ca", true, true, .warning), ("10.0.0.1", "verify-full", true, true, .fine),
    ])
    func `a connection that can be plain, or to a wrong server, is a warning unless it stays on the machine`(
        _ address: String, _ mode: String, _ isChosen: Bool, _ isEncrypted: Bool, _ weight: Finding.Weight
    ) {
        let transport = PostgreSQLConnection.Transport(
            host: "h", address: address, isEncrypted: isEncrypted, mode: mode, isModeChosen: isChosen)
        #expect(ServerChecks.encryption(transport).weight == weight)
    }

    // Names, the commit, standbys: all, synchronous ones and unknown ones.
    static let replications: [(String, String, [Int], Finding.Weight)] = [
        ("", "on", [0, 0, 0], .fine), ("", "on", [2, 0, 0], .warning), ("*", "on", [1, 1, 0], .fine),
        ("*", "on", [0, 0, 0], .error(exitCode: 78)), ("zz", "on", [1, 0, 0], .error(exitCode: 78)),
        ("zz", "on", [1, 0, 1], .note), ("*", "local", [1, 1, 0], .warning), ("*", "local", [0, 0, 0], .warning),
        ("", "off", [0, 0, 0], .warning), ("FIRST 2 (a, b)", "on", [2, 1, 0], .error(exitCode: 78)),
        ("ANY 2 (a, b, c)", "on", [3, 3, 0], .fine), ("2 (a, b)", "on", [2, 2, 0], .fine),
        ("2 (a, b)", "on", [1, 0, 1], .error(exitCode: 78)),
    ]

    @Test(arguments: replications)
    func `what a failover may lose`(_ names: String, _ commit: String, _ counts: [Int], _ weight: Finding.Weight) {
        let settings = ["synchronous_standby_names": names, "synchronous_commit": commit]
        let standbys = ServerFacts.Standbys(all: counts[0], synchronous: counts[1], unknown: counts[2])
        #expect(ServerChecks.replication(settings, standbys, role: "gate").weight == weight)
    }

    static let differences: [(Duration, String?)] = [
        (.milliseconds(1900), nil), (.milliseconds(-1900), nil), (.seconds(3), "3 s ahead of this machine's"),
        (.seconds(-90), "90 s behind this machine's"),
    ]

    @Test(arguments: differences)
    func `a difference of clocks`(_ difference: Duration, _ words: String?) {
        let finding = ServerChecks.clock(difference)
        #expect(finding.weight == (words == nil ? .fine : .warning))
        if let words { #expect(finding.text.contains(words), "\(finding)") }
    }

    @Test func `settings of the role, which the gate replaces where it can`() {
        let given = [
            "default_transaction_read_only": "off", "session_replication_role": "origin", "statement_timeout": "0",
        ]
        #expect(ServerChecks.settings(given, keepsState: true, role: "gate") == [])
        let bad = [
            "default_transaction_read_only": "on", "session_replication_role": "replica", "statement_timeout": "3000",
        ]
        let direct = ServerChecks.settings(bad, keepsState: true, role: "gate")
        #expect(direct.map(\.weight) == [.error(exitCode: 78), .error(exitCode: 78), .note])
        // What the database has set holds for whoever mends it, too.
        let remedy = direct.first?.remedy
        #expect(remedy?.hasPrefix("SET default_transaction_read_only = off; ALTER ROLE gate SET ") == true)
        let pooled = ServerChecks.settings(bad, keepsState: false, role: "gate")
        #expect(pooled.last?.weight == .warning)
        #expect(pooled.last?.remedy == "ALTER ROLE gate SET statement_timeout = 0")
    }

    @Test(arguments: [
        (13, "2025-11-14", Finding.Weight.warning), (15, "2026-11-30", .fine), (15, "2027-11-12", .warning),
        (99, "2026-11-30", .note),
    ])
    func `the end of a release`(_ major: Int, _ today: String, _ weight: Finding.Weight) {
        #expect(ServerChecks.version(of: major, on: today).weight == weight)
    }

    @Test(arguments: [
        // Workers, pods, limit, connections of others.
        (2, 3, 48, 0, Finding.Weight.fine), (2, 3, 47, 0, .warning), (2, 3, 48, 1, .warning),
        (2, 3, 23, 0, .error(exitCode: 78)), (1, 1, 97, 20, .fine),
    ])
    func `the budget of connections, twice during a rolling update`(
        _ workers: Int, _ pods: Int, _ limit: Int, _ others: Int, _ weight: Finding.Weight
    ) {
        let budget = ConnectionBudget(each: 4, workers: workers, pods: pods)
        let limits = [
            ConnectionBudget.Limit(source: "max_connections leaves", count: 1000, others: 900, remedy: ""),
            ConnectionBudget.Limit(
                source: "the role gate has", count: limit, others: others, remedy: "ALTER ROLE gate"),
        ]
        let finding = budget.finding(limits)
        #expect(finding.weight == weight)
        if weight != .fine {
            #expect(finding.text.contains("the role gate has \(limit)"), "\(finding)")
            #expect(finding.remedy == "ALTER ROLE gate, or lower WORKERS")
        }
    }

    @Test func `what others use of the limits of the role and the database counts`() {
        let budget = ConnectionBudget(each: 4, workers: 1, pods: 1)
        func finding(role: Int? = nil, database: Int? = nil) -> Finding {
            budget.finding(
                ServerFacts(
                    role: "gate", database: "app", clock: Date(), asked: Date(), answered: Date(), maxConnections: 100,
                    roleLimit: role, databaseLimit: database,
                    connectionsOfOthers: .init(all: 30, ofRole: 2, inDatabase: 7),
                    standbys: .init(all: 0, synchronous: 0, unknown: 0), settings: [:]))
        }
        #expect(finding(role: 10).weight == .fine && finding(database: 15).weight == .fine)
        #expect(finding(role: 9).remedy == "ALTER ROLE gate CONNECTION LIMIT 10, or lower WORKERS")
        let full = finding(database: 10)
        #expect(full.weight == .error(exitCode: 78))
        #expect(full.text.hasSuffix("but the database app has 10, and others use 7 now"), "\(full)")
        #expect(full.remedy == "ALTER DATABASE app CONNECTION LIMIT 15, or lower WORKERS")
    }

    @Test(arguments: [
        (#"FATAL:  too many connections for role "gate""#, "ALTER ROLE"),
        (#"FATAL:  too many connections for database "app""#, "ALTER DATABASE"),
        ("FATAL:  sorry, too many clients already", "max_connections"),
        ("FATAL:  remaining connection slots are reserved for superusers", "max_connections"),
    ])
    func `a limit that is reached is to be raised`(_ text: String, _ words: String) {
        #expect(DatabaseChecks.refused(.refused(text)).remedy?.hasPrefix("raise the limit") == true)
        #expect(DatabaseChecks.refused(.refused(text)).remedy?.contains(words) == true)
        #expect(DatabaseChecks.refused(.refused("FATAL:  no such role")).remedy == nil)
    }

    // MARK: Redis

    @Test(arguments: [
        (0, "noeviction", Finding.Weight.note), (1 << 20, "noeviction", .warning), (1 << 20, "allkeys-lru", .fine),
    ])
    func `full memory`(_ maximum: Int, _ policy: String, _ weight: Finding.Weight) {
        #expect(RedisChecks.memory(maximum: maximum, policy: policy).weight == weight)
    }

    @Test(arguments: [
        ("redis://cache", Finding.Weight.warning), ("redis://:secret@cache", .warning), ("rediss://cache", .fine),
        ("redis://127.0.0.1", .fine), ("unix:///run/redis.sock", .fine), ("redis+cluster://127.0.0.1,cache", .warning),
    ])
    func `Redis without encryption is a warning unless it stays on the machine`(
        _ url: String, _ weight: Finding.Weight
    ) throws {
        let finding = RedisChecks.encryption(try RedisLocation(parsing: url))
        #expect(finding.weight == weight)
        #expect(finding.text.contains("not even the password") == url.contains("secret"))
    }

    @Test(arguments: [
        ("Redis 7.0.15", Finding.Weight.fine), ("Redis 6.2.0", .fine), ("Redis 6.0.16", .warning),
        ("Redis 5.0.14", .warning), ("Valkey 8.1.1", .fine),
    ])
    func `versions of Redis`(_ version: String, _ weight: Finding.Weight) {
        #expect(RedisChecks.version(version).weight == weight)
    }

    @Test(arguments: [
        ("READONLY You can't write against a read only replica.", "name the primary"),
        ("OOM command not allowed when used memory > 'maxmemory'.", "redis-memory"),
        ("NOAUTH Authentication required.", "write the password"), ("WRONGPASS invalid pair", "correct the user"),
        ("NOREPLICAS Not enough good replicas to write.", "min-replicas-to-write"),
        ("MASTERDOWN Link with MASTER is down", "start the primary"), ("NOPERM no permissions", "ACL SETUSER"),
    ])
    func `what to do about an error of Redis depends on its code`(_ text: String, _ words: String) {
        let refused = RedisChecks.refused(.init(command: "SET", reason: text))
        #expect(refused.remedy?.contains(words) == true, "\(refused)")
        let unreachable = RedisChecks.unreachable("cache:6379: \(text)")
        #expect(unreachable.weight == .error(exitCode: 69) && unreachable.remedy == refused.remedy, "\(unreachable)")
    }

    @Test func `of an error of Redis the first sentence is shown, and other errors have the advice of the check`() {
        let sentence = "MISCONF Redis is configured to save RDB snapshots, but it's unable to persist to disk"
        let finding = RedisChecks.refused(.init(command: "SET", reason: "\(sentence). Commands that may modify the"))
        #expect(finding.text == "SET is refused: \(sentence)")
        #expect(finding.remedy?.contains("disk of Redis") == true)
        #expect(RedisChecks.refused(.init(command: "DEL", reason: "ERR unknown command")).remedy == nil)
        #expect(RedisChecks.unreachable("Connection refused").remedy == nil)
        #expect(RedisChecks.answering("cache", []).weight == .fine)
    }

    @Test func `the answers of Redis and of Valkey to INFO`() {
        var findings = RedisFindings()
        findings.take(info: "# Server\r\nredis_version:7.2.4\r\nvalkey_version:8.1.1\r\nrun_id:x\r\n")
        findings.take(info: "# Memory\r\nmaxmemory:1048576\r\nmaxmemory_policy:noeviction\r\n")
        findings.take(info: "aof_enabled:1\r\n")
        #expect(findings.version == "Valkey 8.1.1" && findings.maxMemory == 1 << 20)
        #expect(findings.evictionPolicy == "noeviction" && findings.appendsToFile == true && findings.saves == nil)
    }

    // MARK: Findings

    @Test func `the text of an unusable database is divided into fact and remedy`() {
        let finding = Finding.error(.unusable("USERS_QUERY does not work: no table x: create it", part: nil))
        #expect(finding == .error("USERS_QUERY does not work: no table x", "create it"))
        #expect(finding.sentence == "USERS_QUERY does not work: no table x: create it")
        let lost = Finding.error(.connection("no route: to host"))
        #expect(lost == .error("PostgreSQL: no route: to host", exitCode: 69))
    }
}
