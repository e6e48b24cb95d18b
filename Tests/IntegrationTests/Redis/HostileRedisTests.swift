import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// A foreign server in place of Redis: live sessions are accepted by PostgreSQL, others are not, and a Redis that
/// replaces the server is used again.
@Suite(.serialized) struct HostileRedisTests {
    private let database: SharedDatabase
    private let folder: TestFolder
    private let hostile: HostileRedis
    private let socket: String

    private let open = OpenStores()

    init() async throws {
        database = try SharedDatabase()
        folder = try TestFolder()
        // The socket at which a RedisServer of this folder will listen.
        socket = try folder.makeFolder("redis") + "/redis.sock"
        hostile = try HostileRedis(at: .unix(socket))
    }

    /// Returns a store without a memory, so that each check uses Redis or the server in its place.
    private func pod(_ url: String? = nil) async throws -> TestStore {
        let location = try RedisLocation(parsing: url ?? "unix://\(socket)")
        let pod = try await TestStore.start(
            database.url,
            configured: { configuration in
                configuration.cachedSessions = 0
                configuration.cleanupInterval = nil
                configuration.recordsLastSeen = false
                configuration.postgreSQL.lookUpDeadline = .seconds(5)
                configuration.redis = RedisConfiguration(location: location)
            })
        open.add(pod.store)
        return pod
    }

    private func key(_ hash: SHA256Digest) -> [UInt8] { Array("authfcgi:\(hash.hex)".utf8) }

    private func makeSessions(_ pod: TestStore) async throws -> ProbedSessions {
        try await .make(pod) { hostile.remembered(key($0)) != nil }
    }

    /// Checks all sessions repeatedly until the server has shown this behaviour at least three times.
    private func expectNoFault(
        of pods: [TestStore], _ sessions: ProbedSessions, amid conduct: HostileRedis.Conduct
    ) async throws {
        hostile.behave(conduct)
        // Some behaviours affect only new connections.
        hostile.drop()
        try await expectNoFault(of: pods, sessions, "amid \(conduct.name)") { hostile.answered >= 3 * pods.count }
        // Delayed effects appear now, and the breaker is closed for the next behaviour.
        hostile.behave(.decent)
        hostile.drop()
        try await expectNoFault(of: pods, sessions, "after \(conduct.name)") { hostile.answered >= 3 * pods.count }
    }

    /// Checks all sessions until a condition is true, at least once.
    private func expectNoFault(
        of pods: [TestStore], _ sessions: ProbedSessions, _ when: String, until condition: () async -> Bool
    ) async throws {
        var faults: [String] = []
        try await eventually("enough was asked \(when)", log: pods[0].log.text) {
            for pod in pods { faults += try await sessions.faults(of: pod) }
            return await condition()
        }
        #expect(faults.isEmpty, "\(when): \(faults)")
    }

    /// Replaces the server by a Redis.
    ///
    /// - Returns: The time from its start to the first sessions from it.
    private func timeUntilUsed(_ pod: TestStore, _ sessions: ProbedSessions) async throws -> Duration {
        hostile.stop()
        let redis = try RedisServer(in: folder)
        let since = BootInstant.now
        let before = await pod.store.counts[.fromRedis]
        try await expectNoFault(of: [pod], sessions, "with Redis back") { await pod.store.counts[.fromRedis] > before }
        let time = BootInstant.now - since
        #expect(try redis.command("DBSIZE") != "0")
        return time
    }

    @Test func `garbage neither ends nor admits a session, and Redis is used as soon as it works`() async throws {
        let pod = try await pod()
        let sessions = try await makeSessions(pod)
        var watches: [CheckWatch] = []
        for live in sessions.live { watches.append(await CheckWatch(pod.store, live.token, every: .milliseconds(10))) }
        let deadWatch = await CheckWatch(pod.store, sessions.dead[1], every: .milliseconds(10))
        for conduct in HostileRedis.Conduct.garbage { try await expectNoFault(of: [pod], sessions, amid: conduct) }
        #expect(try await timeUntilUsed(pod, sessions) < .seconds(2))
        for watch in watches {
            let checks = await watch.stop()
            #expect(checks.count > 50 && checks.allSatisfy(\.isAccepted), "\(checks.filter { !$0.isAccepted })")
        }
        let checks = await deadWatch.stop()
        #expect(checks.count > 50 && checks.allSatisfy { $0.answer == .refused })
    }

    @Test func `errors and unexpected replies neither end nor admit a session`() async throws {
        let pod = try await pod()
        let sessions = try await makeSessions(pod)
        for conduct in HostileRedis.Conduct.errors + HostileRedis.Conduct.greetings {
            try await expectNoFault(of: [pod], sessions, amid: conduct)
        }
        #expect(try await timeUntilUsed(pod, sessions) < .seconds(2))
        // A server's error messages are logged, without characters that would change the display of the log.
        #expect(!pod.log.text.contains("\u{1b}"))
    }

    @Test func `foreign, old and invented entries neither admit nor end a session`() async throws {
        let pod = try await pod()
        let sessions = try await makeSessions(pod)
        let (leaver, _) = try await pod.signIn("eve")
        // It starts to listen when the entries of the ended sessions are old.
        let late = try await self.pod()
        let watches = [
            await CheckWatch(late.store, leaver, every: .milliseconds(5)),
            await CheckWatch(pod.store, leaver, every: .milliseconds(5)),
        ]
        // The old entry exists and is used as long as is permitted.
        let shared = await late.store.counts[.fromRedis]
        try await eventually("Redis answers the late one too", log: late.log.text) {
            await late.store.counts[.fromRedis] > shared + 5 && hostile.remembered(key(leaver.hash)) != nil
        }
        let replay = HostileRedis.Conduct.value("the last statement") { key, server in server.remembered(key) }
        hostile.behave(replay)
        let begun = BootInstant.now
        try await pod.store.revoke(leaver)
        let acknowledged = BootInstant.now
        for conduct in HostileRedis.Conduct.statements {
            try await expectNoFault(of: [pod, late], sessions, amid: conduct)
        }
        hostile.behave(replay)
        let end = acknowledged + .milliseconds(1500)
        try await expectNoFault(of: [pod, late], sessions, "with the last statements") { BootInstant.now >= end }
        for (watch, delay) in zip(watches, [Duration.seconds(1), .zero]) {
            let checks = await watch.stop()
            #expect(checks.accepted(after: acknowledged + delay).isEmpty)
            #expect(checks.refused(before: begun).isEmpty)
            #expect(!checks.contains { $0.answer == .cannotTell })
            #expect(checks.first?.isAccepted == true && checks.last?.answer == .refused)
        }
        #expect(try await timeUntilUsed(pod, sessions) < .seconds(2))
    }

    /// Checks sessions during a behaviour for a duration.
    ///
    /// - Returns: The number of connections that the server accepted.
    private func connections(amid conduct: HostileRedis.Conduct, for duration: Duration) async throws -> Int {
        let pod = try await pod()
        let sessions = try await makeSessions(pod)
        hostile.behave(conduct)
        hostile.drop()
        try await expectNoFault(of: [pod], sessions, "at first") { hostile.answered > 0 }
        let before = hostile.accepted
        let end = BootInstant.now + duration
        try await expectNoFault(of: [pod], sessions, "amid \(conduct.name)") { BootInstant.now >= end }
        let count = hostile.accepted - before
        // The pause has no effect on the return of Redis.
        #expect(try await timeUntilUsed(pod, sessions) < .seconds(2))
        return count
    }

    @Test func `a server that accepts the handshake and then stalls is left out`() async throws {
        // The waits increase to half a second. Without them there would be a connection every 50 ms.
        let count = try await connections(amid: .silence, for: .seconds(2))
        #expect(count >= 2 && count <= 20, "\(count) connections")
    }

    @Test func `a server that accepts the handshake and then closes is left out`() async throws {
        let count = try await connections(amid: .greeting("the end", [.close]), for: .seconds(2))
        #expect(count >= 2 && count <= 20, "\(count) connections")
    }

    @Test func `redirections to nowhere or in circles end no session`() async throws {
        let port = try Endpoint.freePort()
        let cluster = try HostileRedis(at: .tcp(port: port))
        defer { cluster.stop() }
        let pod = try await pod("redis+cluster://127.0.0.1:\(port)")
        let sessions = try await ProbedSessions.make(pod) { cluster.remembered(key($0)) != nil }
        let targets = ["127.0.0.1:\(port)", "127.0.0.1:1", ":\(port)", "?:0", "nowhere.invalid:6379", "::1:1"]
        for kind in ["MOVED", "ASK"] {
            for target in targets {
                cluster.behave(.line("-\(kind) 1 \(target)"))
                try await expectNoFault(of: [pod], sessions, "amid \(kind) \(target)") { cluster.answered >= 6 }
                cluster.behave(.decent)
                let before = await pod.store.counts[.fromRedis]
                let since = BootInstant.now
                try await expectNoFault(of: [pod], sessions, "after \(kind) \(target)") {
                    await pod.store.counts[.fromRedis] > before + 2
                }
                #expect(BootInstant.now - since < .seconds(2), "\(kind) \(target)")
            }
        }
    }
}
