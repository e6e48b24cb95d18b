import Glibc
import TestSupport
import Testing

/// The notifications to systemd.
@Suite struct SystemdNotificationTests {
    @Test func `systemd is notified of readiness, reload and shutdown`() throws {
        let folder = try TestFolder()
        let (server, database) = try SharedServers.newDatabase()
        let socket = try NotifySocket(folder.path("notify"))
        let gate = try GateProcess(
            in: folder, server: server, database: database, workers: 1, environment: ["NOTIFY_SOCKET": socket.path])
        #expect(try socket.receive().hasPrefix("READY=1\n"))
        let token = try gate.signIn("ann")
        #expect(try gate.check(token) == 200)

        kill(try gate.supervisor, SIGHUP)
        #expect(try socket.receive().hasPrefix("RELOADING=1\n"))
        #expect(try socket.receive().hasPrefix("READY=1\n"))
        #expect(try gate.check(token) == 200)

        #expect(try gate.stop() == .code(0))
        #expect(try socket.receive() == "STOPPING=1")
    }
}
