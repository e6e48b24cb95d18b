import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// Two primaries, as after a failover that did not stop the old one, and a pod with connections to both.
@Suite struct StrayLaneTests {
    private let old: PostgreSQLServer
    private let new: PostgreSQLServer
    private let proxyFolder: String
    private let toOld: SocketProxy
    private let pod: TestStore
    private let token: SessionToken

    init() async throws {
        let folder = try TestFolder()
        old = try PostgreSQLServer(in: folder)
        proxyFolder = try folder.makeFolder("proxy")
        toOld = try SocketProxy(before: old, socketFolder: proxyFolder)
        pod = try await TestStore.startKeeping(old.url(through: proxyFolder), as: "pod")
        let seed = try await TestStore.startKeeping(old.url())
        token = try await seed.signIn().token
        await seed.store.close()
        new = try PostgreSQLServer.standby(of: old)
        try new.waitToCatchUp(with: old)
        try new.promote()
    }

    /// Connects new connections to the new primary. Existing ones stay.
    private func turnToNew() throws -> SocketProxy { try SocketProxy(before: new, socketFolder: proxyFolder) }

    @Test func `a read lane on the old primary is dropped when the write lane is on the new one`() async throws {
        try await pod.warm(token)
        let toNew = try turnToNew()
        try new.psql("UPDATE session_tokens SET revoked_at = now()")
        // The pod has no notification yet.
        try await pod.warm(token)
        let (written, _) = try await pod.signIn("bob")
        #expect(await !pod.keeps(token))
        #expect(pod.log.text.contains("lead to different servers"))
        #expect(try await pod.sessionOnceItAnswers(token) == nil)
        try await pod.warm(written)
        #expect(toOld.connectionCount == 0 && toNew.connectionCount == 2)
    }

    @Test func `a write lane on the old primary is dropped when the read lane is on the new one`() async throws {
        _ = try await pod.signIn("carol")
        let backends = try old.backends(of: "pod")
        try #require(backends.count == 2)
        let toNew = try turnToNew()
        // The connection of the read lane is the older one.
        try old.psql("SELECT pg_terminate_backend(\(backends[0]))")
        let known = try #require(SessionToken(try new.psql("SELECT create_access_token('id-new')")))
        let deadline = Deadline(within: .seconds(10))
        while try await pod.sessionOnceItAnswers(known) == nil { try #require(!deadline.hasPassed) }
        let (written, session) = try await pod.signIn("bob")
        let count = "SELECT count(*) FROM session_tokens WHERE session_id = '\(session.id)'"
        #expect(try new.psql(count) == "1" && old.psql(count) == "0")
        try await pod.warm(written)
        #expect(toOld.connectionCount == 0 && toNew.connectionCount == 2)
        // A logout is effective immediately.
        try await pod.store.revoke(token)
        #expect(try await pod.store.session(for: token) == nil)
    }
}
