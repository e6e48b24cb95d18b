import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// A logout on the new primary takes effect on a pod that was connected to the old one.
@Suite struct RevocationByFailoverTests {
    enum End: CaseIterable { case crashes, freezes }

    @Test(arguments: End.allCases)
    func `a logout on the new primary takes effect on a pod with a cache from the old one`(end: End) async throws {
        let folder = try TestFolder()
        let primary = try PostgreSQLServer(in: folder)
        let seed = try await TestStore.startKeeping(primary.url())
        let (token, _) = try await seed.signIn()
        let (other, _) = try await seed.signIn("bob")
        await seed.store.close()
        let standby = try PostgreSQLServer.standby(of: primary)
        let hosts = "\(standby.socketFolder),\(primary.socketFolder)"
        let two = try await TestStore.startKeeping("postgresql:///postgres?host=\(hosts)&user=postgres", as: "two")
        for token in [token, other] { try await two.warm(token) }
        try standby.waitToCatchUp(with: primary)

        let watch = await CheckWatch(two.store, token)
        let otherWatch = await CheckWatch(two.store, other)
        switch end {
        case .crashes: try primary.stop(mode: .immediate)
        case .freezes: try primary.pause()
        }
        try standby.promote()
        let one = try await TestStore.startKeeping(standby.url())
        let begun = BootInstant.now
        try await one.store.revoke(token)
        let limit = BootInstant.now + TestStore.revocationDelay

        // Until then the pod may use results of the old primary.
        try await Task.sleep(for: max(limit - .now, .milliseconds(1)))
        #expect(try await two.sessionOnceItAnswers(token) == nil)
        try await two.warm(other)
        if end == .freezes {
            // The old primary still has that role and does not know of the logout. No pod may use its results.
            primary.resume()
            #expect(try primary.psql("SELECT count(*) FROM session_tokens WHERE revoked_at IS NULL") == "2")
            try await Task.sleep(for: TestStore.revocationDelay + .milliseconds(200))
        } else {
            try await Task.sleep(for: max(limit + .milliseconds(200) - .now, .milliseconds(1)))
        }
        let checks = await watch.stop()
        #expect(checks.accepted(after: limit).isEmpty)
        #expect(checks.refused(before: begun).isEmpty)
        #expect(checks.contains { $0.answer == .kept } && checks.last?.answer == .refused)
        // No other user was logged out during the failover.
        let otherChecks = await otherWatch.stop()
        #expect(!otherChecks.contains { $0.answer == .refused })
        #expect(otherChecks.last?.answer == .kept)
    }

    @Test func `sessions cached from the old primary are looked up again on the new one`() async throws {
        let folder = try TestFolder()
        let primary = try PostgreSQLServer(in: folder)
        let seed = try await TestStore.startKeeping(primary.url())
        let (kept, _) = try await seed.signIn()
        let standby = try PostgreSQLServer.standby(of: primary)
        let hosts = "\(standby.socketFolder),\(primary.socketFolder)"
        let two = try await TestStore.startKeeping("postgresql:///postgres?host=\(hosts)&user=postgres", as: "two")
        try await two.warm(kept)
        try standby.waitToCatchUp(with: primary)
        try primary.stop(mode: .immediate)
        try standby.promote()
        // A loss of data without a notification: the row is missing as if it had never been replicated.
        try standby.psql(
            "SET session_replication_role = replica; DELETE FROM session_tokens")
        try await two.expectRefused(kept, by: .now + TestStore.revocationDelay)
        #expect(await !two.keeps(kept))
    }
}
