import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// A logout takes effect on a pod without notifications after the revocation delay: cached sessions are then looked up
/// again in PostgreSQL.
@Suite struct RevocationUnderFailureTests {
    /// The fault of the pod directly before the logout on the other one.
    enum Failure: CaseIterable {
        case backendIsFrozen, backendIsTerminated, networkIsSilent, networkSendsNothingBack, networkIsCut
        /// The server including the backend, directly after the logout.
        case serverIsFrozen
    }

    private let server: PostgreSQLServer
    private let proxy: SocketProxy
    /// Through the proxy.
    private let url: String
    private let one: TestStore
    private let two: TestStore

    init() async throws {
        (server, proxy, url) = try PostgreSQLServer.startBehindProxy()
        one = try await TestStore.startKeeping(server.url())
        two = try await TestStore.startKeeping(url, as: "two")
    }

    @Test(arguments: Failure.allCases)
    func `a pod without notifications refuses a revoked session after the revocation delay`(
        failure: Failure
    ) async throws {
        let (token, _) = try await one.signIn()
        let (other, _) = try await one.signIn("bob")
        for token in [token, other] { try await two.warm(token) }
        let backend = try #require(try server.backends(of: "two").first)
        let watch = await CheckWatch(two.store, token)
        var frozen: FrozenProcess?
        let lastHeard = BootInstant.now
        switch failure {
        case .backendIsFrozen, .serverIsFrozen: frozen = try FrozenProcess(backend)
        case .backendIsTerminated: try server.psql("SELECT pg_terminate_backend(\(backend))")
        case .networkIsSilent: proxy.pause()
        case .networkSendsNothingBack: proxy.pause(.toClient)
        case .networkIsCut: proxy.cut()
        }
        let begun = BootInstant.now
        try await one.store.revoke(token)
        let limit = BootInstant.now + TestStore.revocationDelay
        if failure == .serverIsFrozen { try server.pause() }

        try await Task.sleep(for: limit + .milliseconds(500) - .now)
        let seen = await watch.checks
        switch failure {
        case .networkIsSilent, .networkSendsNothingBack, .serverIsFrozen:
            // No look-up is possible: the cached session is accepted for a time, and then checks have no result.
            #expect(!seen.accepted(after: begun).isEmpty)
            #expect(!seen.contains { $0.answer == .refused })
            #expect(seen.contains { $0.answer == .cannotTell && $0.begunAt > limit })
            #expect(await two.lookUpError(other) != nil)
        case .backendIsFrozen, .backendIsTerminated, .networkIsCut:
            // A new connection is made soon, and the session is looked up.
            #expect(seen.contains { $0.answer == .refused })
        }
        frozen?.resume()
        if failure == .serverIsFrozen { server.resume() }
        proxy.resume()

        #expect(try await two.sessionOnceItAnswers(token) == nil)
        try await two.warm(other)
        let checks = await watch.stop()
        #expect(checks.contains { $0.answer == .kept && $0.begunAt < lastHeard })
        #expect(checks.refused(before: begun).isEmpty)
        #expect(checks.accepted(after: limit).isEmpty)
        #expect(try await two.store.session(for: token) == nil)
    }

    @Test func `after a stall of the loop cached sessions are not used`() async throws {
        let (token, _) = try await one.signIn()
        try await two.warm(token)
        // Both pods share this process's loop, so the session ends by SQL. The notification waits in the socket.
        let stoodStill = Task { @EventLoop in
            sleepThread(for: .milliseconds(1300))
            // The first code that runs on the loop after the stall, before the socket is read.
            return two.store.keptSession(for: token) != nil
        }
        try await Task.sleep(for: .milliseconds(50))
        try server.psql("UPDATE session_tokens SET revoked_at = now()")
        #expect(await stoodStill.value == false)
        #expect(try await two.sessionOnceItAnswers(token) == nil)
    }

    @Test func `on a slow network the lease counts from the heartbeat's sending`() async throws {
        let (token, _) = try await one.signIn()
        try await two.warm(token)
        // Both directions together take less than the deadline of a heartbeat, 700 ms. There is a heartbeat every 250
        // ms.
        let delay = Duration.milliseconds(290)
        proxy.delay(delay)
        try await Task.sleep(for: delay * 3)
        try await two.warm(token)
        let watch = await CheckWatch(two.store, token)
        try await one.store.revoke(token)
        let revoked = BootInstant.now
        // Long enough for the answers to earlier heartbeats, and too short for the notification of the logout.
        try await Task.sleep(for: delay - .milliseconds(15) - (.now - revoked))
        proxy.pause()
        let limit = revoked + TestStore.revocationDelay
        try await Task.sleep(for: limit + .milliseconds(300) - .now)
        let checks = await watch.stop()
        #expect(checks.accepted(after: limit).isEmpty)
        #expect(checks.contains { $0.answer == .kept })
    }

    @Test func `a shorter revocation delay is kept too`() async throws {
        let delay = Duration.milliseconds(300)
        let pod = try await TestStore.startKeeping(url, as: "short") {
            $0.revocationDelay = delay
            $0.postgreSQL.lookUpDeadline = .milliseconds(200)
        }
        let (token, _) = try await one.signIn()
        try await pod.warm(token)
        let watch = await CheckWatch(pod.store, token)
        proxy.pause()
        let begun = BootInstant.now
        try await one.store.revoke(token)
        let limit = BootInstant.now + delay
        try await Task.sleep(for: delay + .milliseconds(300))
        proxy.resume()
        #expect(try await pod.sessionOnceItAnswers(token) == nil)
        let checks = await watch.stop()
        #expect(!checks.accepted(after: begun).isEmpty)
        #expect(checks.accepted(after: limit).isEmpty)
    }
}
