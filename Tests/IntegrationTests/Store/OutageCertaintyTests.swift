import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// A store that may accept known sessions while PostgreSQL does not answer, and a session that ends elsewhere while
/// PostgreSQL answers: it is refused after the revocation delay, whatever happens to the store.
@Suite struct OutageCertaintyTests {
    private static let stale = Duration.seconds(3)

    private let server: PostgreSQLServer
    private let proxy: SocketProxy
    /// Through the proxy.
    private let url: String
    private let pod: TestStore
    private let token: SessionToken

    init() async throws {
        (server, proxy, url) = try PostgreSQLServer.startBehindProxy()
        pod = try await Self.start(url)
        let seed = try await TestStore.startKeeping(server.url(), as: "seed")
        token = try await seed.signIn().token
        await seed.store.close()
        try await pod.warm(token)
    }

    private static func start(
        _ url: String, _ configure: @escaping (inout SessionStore.Configuration) -> Void = { _ in }
    ) async throws -> TestStore {
        try await TestStore.startKeeping(url, as: "pod") {
            $0.staleIfDatabaseDown = Self.stale
            configure(&$0)
        }
    }

    /// Ends the session while nobody tells the pod.
    private func endSession() throws -> BootInstant {
        try server.psql("UPDATE session_tokens SET revoked_at = now()")
        return .now
    }

    /// Watches checks until some time after the end of the lease, and expects that none accepts the session later than the
    /// revocation delay after its end.
    private func expectNoStaleAnswer(
        _ pod: TestStore, endedAt end: BootInstant, _ watch: CheckWatch,
        _ sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let limit = end + TestStore.revocationDelay
        try await Task.sleep(for: limit + .milliseconds(1500) - .now)
        let checks = await watch.stop()
        let accepted = checks.accepted(after: limit)
        #expect(accepted.isEmpty, "\(accepted.count) checks\n\(pod.log.text)", sourceLocation: sourceLocation)
        #expect(checks.contains { $0.begunAt > limit }, sourceLocation: sourceLocation)
        #expect(!pod.log.text.contains("accepting known sessions"), sourceLocation: sourceLocation)
        #expect(try await pod.sessionOnceItAnswers(token) == nil, sourceLocation: sourceLocation)
    }

    @Test func `a standstill of this process is no outage`() async throws {
        let watch = await CheckWatch(pod.store, token)
        let stop = Task { @EventLoop in sleepThread(for: .milliseconds(1500)) }
        try await Task.sleep(for: .milliseconds(50))
        let end = try endSession()
        await stop.value
        try await expectNoStaleAnswer(pod, endedAt: end, watch)
    }

    @Test func `a standstill along with the loss of the connection is no outage`() async throws {
        let watch = await CheckWatch(pod.store, token)
        let stop = Task { @EventLoop in sleepThread(for: .milliseconds(1500)) }
        try await Task.sleep(for: .milliseconds(50))
        let end = try endSession()
        proxy.lose(existing: false)
        proxy.cut()
        await stop.value
        try await Task.sleep(for: .milliseconds(20))
        proxy.deliver()
        try await expectNoStaleAnswer(pod, endedAt: end, watch)
    }

    @Test func `one attempt to connect that is lost, or refused, is no outage`() async throws {
        for isRefused in [false, true] {
            let pod = try await Self.start(url)
            let (token, _) = try await pod.signIn("bob")
            try await pod.warm(token)
            let watch = await CheckWatch(pod.store, token)
            proxy.lose()
            let end = try endSession()
            // By then the connection has missed its deadline, and the lease has ended.
            try await Task.sleep(for: .milliseconds(1020))
            if isRefused { proxy.refuse() }
            try await Task.sleep(for: .milliseconds(20))
            proxy.deliver()
            if isRefused { try proxy.accept() }
            try await Task.sleep(for: end + .milliseconds(2500) - .now)
            let checks = await watch.stop()
            let accepted = checks.accepted(after: end + TestStore.revocationDelay)
            #expect(accepted.isEmpty, "\(accepted.count) checks\n\(pod.log.text)")
            #expect(try await pod.sessionOnceItAnswers(token) == nil)
            await pod.store.close()
        }
    }

    @Test func `too many look-ups are no outage`() async throws {
        let pod = try await Self.start(server.url()) { $0.postgreSQL.lookUpLimit = 1 }
        try await pod.warm(token)
        let other = try TestStore.tokens(1, on: server, "postgres")[0]
        let lock = try PostgreSQLConnection(Secret(server.url()), log: pod.log.logger)
        try lock.script("BEGIN; LOCK TABLE session_tokens IN ACCESS EXCLUSIVE MODE", deadline: .seconds(5))
        let (store, known) = (pod.store, token)
        let result: Result<PackedSession?, SessionStoreError> = await Task { @EventLoop in
            // The lease ends meanwhile. The first look-up after it waits for the lock, and a second one is too many.
            sleepThread(for: .milliseconds(1200))
            store.lookUp(other) { _ in }
            return await withCheckedContinuation { continuation in
                store.lookUp(known) { continuation.resume(returning: $0) }
            }
        }.value
        #expect(throws: SessionStoreError.overloaded) { try result.get() }
        try lock.script("ROLLBACK", deadline: .seconds(5))
    }

    @Test func `a server that refuses connections answers`() async throws {
        let watch = await CheckWatch(pod.store, token)
        proxy.lose()
        let end = try endSession()
        try server.psql("ALTER DATABASE postgres ALLOW_CONNECTIONS false", database: "template1")
        proxy.deliver()
        try await Task.sleep(for: end + .milliseconds(2500) - .now)
        #expect(pod.log.text.contains("not currently accepting connections"), "\(pod.log.text)")
        try server.psql("ALTER DATABASE postgres ALLOW_CONNECTIONS true", database: "template1")
        try await expectNoStaleAnswer(pod, endedAt: end, watch)
    }

    @Test func `a server that is down is an outage, and known sessions are accepted for that time`() async throws {
        let watch = await CheckWatch(pod.store, token, every: .milliseconds(10))
        let start = BootInstant.now
        try server.stop(mode: .immediate)
        let limit = TestStore.revocationDelay + Self.stale
        try await Task.sleep(for: start + limit + .seconds(1) - .now)
        let checks = await watch.stop()
        // The last heartbeat may have been sent a quarter of a second before.
        let early = checks.filter { $0.begunAt > start && $0.begunAt < start + (limit - .milliseconds(400)) }
        #expect(early.count > 100 && early.allSatisfy(\.isAccepted), "\(early.filter { !$0.isAccepted })")
        #expect(checks.accepted(after: start + limit + .milliseconds(100)).isEmpty)
        #expect(pod.log.text.contains("accepting known sessions"))
        try server.start()
        #expect(try await pod.sessionOnceItAnswers(token) != nil)
    }
}
