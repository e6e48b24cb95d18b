import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// Sessions in memory, and changes without a notification.
@Suite struct KeptSessionTests {
    @Test func `deleting a key ends the sessions made with it, even cached ones`() async throws {
        let (server, database) = try SharedServers.newDatabase()
        let pod = try await TestStore.startKeeping(server.url(database: database))
        let (token, _) = try await pod.signIn()
        try await pod.warm(token)
        _ = try server.psql(
            "SELECT rotate_session_key(); DELETE FROM session_keys WHERE generation = 1", database: database)
        try await pod.expectRefused(token, by: .now + TestStore.revocationDelay)
        #expect(try await pod.store.session(for: token) == nil)
    }

    @Test func `a session keeps its idle timeout, whatever the pod's setting`() async throws {
        let (server, database) = try SharedServers.newDatabase()
        let other = try await TestStore.startKeeping(server.url(database: database)) { $0.idleTimeout = .seconds(2) }
        let pod = try await TestStore.startKeeping(server.url(database: database))
        let (used, _) = try await other.signIn("ann")
        let (unused, _) = try await other.signIn("bob")
        let deadline = Deadline(within: .seconds(5))
        while !deadline.hasPassed {
            #expect(try await pod.store.session(for: used) != nil)
            try await Task.sleep(for: .milliseconds(50))
        }
        #expect(try await pod.store.session(for: unused) == nil)
        #expect(await pod.store.counts[.touchesWritten] > 0)
    }

    @Test func `a session without expiry is listed like any other`() async throws {
        let (server, database) = try SharedServers.newDatabase()
        let pod = try await TestStore.startKeeping(server.url(database: database))
        let (token, session) = try await pod.signIn()
        _ = try server.psql(
            "UPDATE session_tokens SET expires_at = 'infinity', absolute_expires_at = 'infinity'", database: database)
        #expect(try await pod.store.sessions(of: "id-ann").map(\.id) == [session.id])
        #expect(try await pod.store.session(for: token)?.id == session.id)
    }
}
