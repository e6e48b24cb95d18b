import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// The log says what has happened to PostgreSQL: a restart, a failover, another server, or a change of its clock.
@Suite struct ServerChangeTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private static let restarted = "notice: PostgreSQL was restarted; all sessions are looked up anew"
    private static let failover =
        "notice: PostgreSQL is another server with the same data, by a failover or as a copy; all sessions are looked up anew"

    private func notices(_ pod: TestStore) -> [String] {
        pod.log.text.split(separator: "\n").filter { $0.hasPrefix("notice: ") }.map(String.init)
    }

    @Test(arguments: [PostgreSQLServer.StopMode.fast, .immediate])
    func `a restart is called a restart, with and without sessions in memory`(
        mode: PostgreSQLServer.StopMode
    ) async throws {
        let server = try PostgreSQLServer(in: folder)
        let keeping = try await TestStore.startKeeping(server.url())
        let empty = try await TestStore.startKeeping(server.url())
        let (token, _) = try await keeping.signIn()
        try await keeping.warm(token)
        try server.restart(mode: mode)
        for pod in [keeping, empty] {
            #expect(try await pod.sessionOnceItAnswers(token) != nil)
            try eventually("it is said", log: pod.log.text) { notices(pod) == [Self.restarted] }
        }
    }

    @Test func `a role that may not read the system identifier is told as much as is known`() async throws {
        let server = try PostgreSQLServer(in: folder)
        try server.psql("REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC; CREATE ROLE gate LOGIN")
        try server.psql("CREATE SCHEMA gate AUTHORIZATION gate")
        let pod = try await TestStore.start(server.url(user: "gate")) { $0.schema = "gate" }
        try server.restart()
        try eventually("it is said", log: pod.log.text) {
            notices(pod) == ["notice: PostgreSQL was restarted, or is another server; all sessions are looked up anew"]
        }
    }

    @Test func `a failover is told from a restart`() async throws {
        let primary = try PostgreSQLServer(in: folder)
        let seed = try await TestStore.startKeeping(primary.url())
        await seed.store.close()
        let standby = try PostgreSQLServer.standby(of: primary)
        let hosts = "\(standby.socketFolder),\(primary.socketFolder)"
        let pod = try await TestStore.startKeeping("postgresql:///postgres?host=\(hosts)&user=postgres")
        try standby.waitToCatchUp(with: primary)
        try primary.stop(mode: .immediate)
        try standby.promote()
        try eventually("it is said", log: pod.log.text) { notices(pod) == [Self.failover] }
    }

    @Test func `a copy that has run for longer is told from a restart`() async throws {
        // Both have the data of one initdb.
        let copy = try PostgreSQLServer(in: folder, name: "copy")
        let server = try PostgreSQLServer(in: folder)
        for server in [server, copy] {
            let pod = try await TestStore.startKeeping(server.url())
            await pod.store.close()
        }
        let hosts = "\(server.socketFolder),\(copy.socketFolder)"
        let pod = try await TestStore.startKeeping("postgresql:///postgres?host=\(hosts)&user=postgres")
        try server.stop()
        try eventually("it is said", log: pod.log.text) { notices(pod) == [Self.failover] }
    }
}
