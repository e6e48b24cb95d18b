import Glibc
import Sessions
import TestSupport
import Testing

/// SIGHUP with settings whose database cannot be used, and while the database cannot be used: serving workers stay.
@Suite(.leavesCleanLogs) struct ReloadTests {
    private static let refused = "ERROR: reload refused: no worker could serve with the new settings"
    private static let complete = "reload complete: all workers use the new settings"

    /// Settings of all cases. With them a successor has 5 s to start.
    private static let common = "MIGRATE_ON_START=off\nDATABASE_WRITE_DEADLINE=1500ms\n"

    private let folder: TestFolder
    private let server: PostgreSQLServer

    init() throws {
        folder = try TestFolder()
        server = try PostgreSQLServer(
            in: folder, accessRules: "local all locked scram-sha-256\nlocal all all trust\n")
        let migrated = try ServerProcess.run(
            GateProcess.executable, ["migrate"], environment: ["DATABASE_URL": server.url()])
        try #require(migrated.status.isSuccess, "\(migrated)")
        for role in ["gate", "locked", "narrow"] {
            try server.psql("SET password_encryption = 'scram-sha-256'; CREATE ROLE \(role) LOGIN PASSWORD 'right'")
            let granted = try ServerProcess.run(
                GateProcess.executable, ["migrate", "--grant-to", role], environment: ["DATABASE_URL": server.url()])
            try #require(granted.status.isSuccess, "\(granted)")
        }
        try server.psql("CREATE ROLE former NOLOGIN; ALTER ROLE narrow CONNECTION LIMIT 2")
    }

    /// A gate with a settings file.
    private final class Subject: Sendable {
        let gate: GateProcess
        private let folder: TestFolder
        private let name: String
        private let server: PostgreSQLServer

        init(
            _ name: String, in folder: TestFolder, _ server: PostgreSQLServer, _ settings: String, workers: Int = 1
        ) throws {
            (self.folder, self.name, self.server) = (folder, name, server)
            let file = try folder.write("\(name).env", "\(ReloadTests.common)\(settings)\n")
            gate = try GateProcess(
                in: folder, name: name, server: server, workers: workers, environment: ["DATABASE_URL": ""],
                arguments: ["--env-file", file])
        }

        /// Writes the settings and sends SIGHUP.
        func reload(_ settings: String) throws {
            try folder.write("\(name).env", "\(ReloadTests.common)\(settings)\n")
            try gate.send(SIGHUP)
        }

        func expectRefusal(_ reason: String, _ old: [Int32], sourceLocation: SourceLocation = #_sourceLocation) throws {
            try gate.waitForLog(containing: ReloadTests.refused, within: .seconds(30))
            let why = gate.log.split(separator: "\n").first { $0.contains("Z ERROR: cannot take over: ") }
            #expect(why?.contains(reason) == true, "\(gate.log)", sourceLocation: sourceLocation)
            #expect(
                why?.contains("; correct the settings or the database, then send SIGHUP again") == true,
                sourceLocation: sourceLocation)
            #expect(!gate.log.contains(ReloadTests.complete), "\(gate.log)", sourceLocation: sourceLocation)
            try eventually("the old workers are alone", log: gate.log) { try gate.workers == old }
        }
    }

    private func url(_ role: String, password: String = "right") -> String {
        "DATABASE_URL=\(server.url(user: role))&password=\(password)"
    }

    private func signIn() throws -> String {
        let token = try server.psql("SELECT create_access_token('ann')")
        RunRecord.note(secret: token)
        return token
    }

    @Test func `settings whose database cannot be used are refused, and no check is lost`() throws {
        let good = url("gate")
        let token = try signIn()
        let cases = [
            ("address", good, "DATABASE_URL=postgresql:///postgres?host=/nowhere", "/nowhere"),
            ("password", url("locked"), url("locked", password: "wrong"), "password authentication failed"),
            ("role", good, url("former"), "not permitted to log in"),
        ]
        let subjects = try cases.map { name, old, _, _ in try Subject(name, in: folder, server, old) }
        let old = try subjects.map { try $0.gate.workers }
        let load = CheckLoad(threads: subjects.count, pause: .milliseconds(5)) {
            try subjects[$0].gate.check(token)
        }
        for (subject, (_, _, new, _)) in zip(subjects, cases) { try subject.reload(new) }
        for ((subject, (_, _, _, reason)), old) in zip(zip(subjects, cases), old) {
            try subject.expectRefusal(reason, old)
        }
        // Correct settings are applied afterwards.
        for (subject, (_, old, _, _)) in zip(subjects, cases) { try subject.reload(old + "\nLOG_LEVEL=debug") }
        for (subject, old) in zip(subjects, old) {
            try subject.gate.waitForLog(containing: Self.complete)
            try eventually("the old worker has ended") { try Set(subject.gate.workers).isDisjoint(with: old) }
        }
        try load.waitForAnswers(50)
        let report = load.stop()
        #expect(report.failures == [:] && Set(report.statuses.keys) == [200], "\(report)")
    }

    @Test func `without free connections, and while the tables are locked, workers stay`() throws {
        let token = try signIn()
        let narrow = try Subject("narrow", in: folder, server, url("narrow") + "\nSESSION_CLEANUP_INTERVAL=off")
        let locked = try Subject("locked", in: folder, server, url("gate"))
        let old = try (narrow: narrow.gate.workers, locked: locked.gate.workers)
        // The worker has the only permitted connection.
        try server.psql("ALTER ROLE narrow CONNECTION LIMIT 1")
        let lock = try PostgreSQLConnection(server.url(), log: RecordedLog().logger)
        try lock.script("BEGIN; LOCK TABLE session_tokens IN ACCESS EXCLUSIVE MODE", deadline: .seconds(5))
        try narrow.reload(url("narrow") + "\nLOG_LEVEL=debug")
        try locked.reload(url("gate") + "\nLOG_LEVEL=debug")
        try narrow.expectRefusal("too many connections for role", old.narrow)
        try locked.expectRefusal("timeout", old.locked)
        try lock.script("COMMIT", deadline: .seconds(5))
        try server.psql("ALTER ROLE narrow CONNECTION LIMIT 10")
        for subject in [narrow, locked] {
            try eventually("checks are answered again", log: subject.gate.log) { try subject.gate.check(token) == 200 }
            try subject.gate.send(SIGHUP)
            try subject.gate.waitForLog(containing: Self.complete)
            #expect(try subject.gate.check(token) == 200)
        }
    }

    @Test func `while the database is down, workers that accept known sessions stay`() throws {
        let token = try signIn()
        let settings = url("gate") + "\nSTALE_IF_DATABASE_DOWN=5m"
        let subject = try Subject("down", in: folder, server, settings)
        let old = try subject.gate.workers
        try subject.gate.waitUntilEveryWorker("knows the session") { try subject.gate.check(token) == 200 }
        try server.stop()
        try eventually("the lease has ended", log: subject.gate.log) {
            try subject.gate.check(token) == 200 && subject.gate.log.contains("accepting known sessions")
        }
        let load = CheckLoad(threads: 1, pause: .milliseconds(5)) { _ in try subject.gate.check(token) }
        try subject.reload(settings + "\nLOG_LEVEL=debug")
        try subject.expectRefusal("connection to server", old)
        let report = load.stop()
        #expect(report.failures == [:] && Set(report.statuses.keys) == [200], "\(report)")
        try server.start()
        try subject.gate.waitUntilReady()
        try subject.gate.send(SIGHUP)
        try subject.gate.waitForLog(containing: Self.complete)
        #expect(try subject.gate.check(token) == 200)
    }

    @Test func `a worker that dies during a reload that cannot succeed is replaced with the old settings`() throws {
        let token = try signIn()
        let subject = try Subject("dying", in: folder, server, url("gate"), workers: 2)
        let old = try subject.gate.workers
        try subject.reload(url("former"))
        try subject.gate.waitForLog(containing: "not permitted to log in")
        for worker in old { kill(worker, SIGKILL) }
        // All workers that respond now were started since, and can look up sessions.
        try eventually("checks are answered", log: subject.gate.log) { try subject.gate.check(token) == 200 }
        for _ in 0..<50 { #expect(try subject.gate.check(token) == 200) }
        try subject.gate.waitForLog(containing: Self.refused, within: .seconds(40))
        try subject.gate.waitUntilReady()
        #expect(try subject.gate.check(token) == 200)
    }

    @Test func `a second SIGHUP takes the place of a reload that waits, and SIGTERM ends all`() throws {
        let token = try signIn()
        let socket = try NotifySocket(folder.path("notify"))
        let file = try folder.write("twice.env", "\(url("gate"))\n\(Self.common)")
        let gate = try GateProcess(
            in: folder, name: "twice", server: server, workers: 2,
            environment: ["DATABASE_URL": "", "NOTIFY_SOCKET": socket.path], arguments: ["--env-file", file])
        #expect(try socket.receive().hasPrefix("READY=1\n"))
        let old = try gate.workers
        try folder.write("twice.env", "\(url("former"))\n\(Self.common)")
        try gate.send(SIGHUP)
        #expect(try socket.receive().hasPrefix("RELOADING=1\n"))
        try gate.waitForLog(containing: "not permitted to log in")
        #expect(gate.isReady)

        try folder.write("twice.env", "\(url("gate"))\n\(Self.common)REDIS_URL=unix:///nowhere/redis.sock\n")
        try gate.send(SIGHUP)
        #expect(try socket.receive().hasPrefix("RELOADING=1\n"))
        // Redis is optional: the reload does not wait for it.
        try gate.waitForLog(containing: Self.complete)
        #expect(try socket.receive() == "READY=1\nSTATUS=2 workers")
        try eventually("new workers are alone", log: gate.log) {
            try gate.workers.count == 2 && Set(gate.workers).isDisjoint(with: old)
        }
        #expect(!gate.log.contains(Self.refused))
        try gate.waitForLog(containing: "Failed to connect to Redis")
        #expect(try gate.check(token) == 200)

        try folder.write("twice.env", "\(url("former"))\n\(Self.common)")
        try gate.send(SIGHUP)
        #expect(try socket.receive().hasPrefix("RELOADING=1\n"))
        try eventually("the successor tries", log: gate.log) { try gate.workers.count == 3 }
        #expect(try gate.stop(within: .seconds(5)) == .code(0))
        #expect(try socket.receive() == "STOPPING=1")
    }

    @Test func `systemd learns that a reload was refused`() throws {
        let socket = try NotifySocket(folder.path("notify"))
        let file = try folder.write("told.env", "\(url("gate"))\n\(Self.common)")
        let gate = try GateProcess(
            in: folder, name: "told", server: server, workers: 1,
            environment: ["DATABASE_URL": "", "NOTIFY_SOCKET": socket.path], arguments: ["--env-file", file])
        #expect(try socket.receive().hasPrefix("READY=1\n"))
        try folder.write("told.env", "\(url("former"))\n\(Self.common)")
        try gate.send(SIGHUP)
        #expect(try socket.receive().hasPrefix("RELOADING=1\n"))
        try gate.waitForLog(containing: Self.refused, within: .seconds(30))
        #expect(
            try socket.receive() == "READY=1\nSTATUS=1 workers; the last reload was refused: see the log")
    }
}
