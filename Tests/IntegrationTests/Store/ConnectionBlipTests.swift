import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// Blips on the way to PostgreSQL: checks fail for a second at most. This suite measures time.
@Suite(.serialized) struct ConnectionBlipTests {
    private let server: PostgreSQLServer
    private let proxy: SocketProxy
    private let url: String

    init() throws {
        (server, proxy, url) = try PostgreSQLServer.startBehindProxy()
    }

    /// Checks a session all the while, which asks PostgreSQL each time, and expects that none fails that begins later than
    /// `limit` after `strike` has returned.
    private func expectRecovery(
        within limit: Duration, _ sourceLocation: SourceLocation = #_sourceLocation, strike: () async throws -> Void
    ) async throws {
        let pod = try await TestStore.start(url)
        let (token, _) = try await pod.signIn()
        let watch = await CheckWatch(pod.store, token)
        try await Task.sleep(for: .milliseconds(100))
        try await strike()
        let end = BootInstant.now
        try await Task.sleep(for: limit + .milliseconds(700))
        let checks = await watch.stop()
        #expect(checks.refused(before: .now).isEmpty, sourceLocation: sourceLocation)
        let failed = checks.filter { $0.answer == .cannotTell }
        let last = failed.map(\.begunAt).max().map { ($0 - end).seconds }
        print("\(failed.count) checks failed, the last \(last.map { "\($0)" } ?? "-") s after the blip")
        #expect(failed.filter { $0.begunAt > end + limit }.isEmpty, "\(pod.log.text)", sourceLocation: sourceLocation)
        #expect(checks.contains { $0.answer == .confirmed && $0.begunAt > end + limit }, sourceLocation: sourceLocation)
    }

    @Test func `connections are cut and the packets of the next one are lost for 20 ms`() async throws {
        try await expectRecovery(within: .seconds(1)) {
            proxy.lose(existing: false)
            proxy.cut()
            try await Task.sleep(for: .milliseconds(20))
            proxy.deliver()
        }
    }

    @Test func `a firewall forgets all connections and drops packets for a second`() async throws {
        try await expectRecovery(within: .seconds(1)) {
            proxy.lose()
            try await Task.sleep(for: .seconds(1))
            proxy.deliver()
        }
    }

    @Test func `the server refuses connections for some milliseconds`() async throws {
        try await expectRecovery(within: .milliseconds(500)) {
            proxy.refuse()
            proxy.cut()
            try await Task.sleep(for: .milliseconds(20))
            try proxy.accept()
        }
    }

    @Test func `a logout waits through a blip`() async throws {
        let pod = try await TestStore.start(url)
        let (token, _) = try await pod.signIn()
        proxy.lose(existing: false)
        proxy.cut()
        let start = BootInstant.now
        async let end: Void = pod.store.revoke(token)
        try await Task.sleep(for: .milliseconds(20))
        proxy.deliver()
        try await end
        let time = BootInstant.now - start
        #expect(time < .seconds(1), "\(pod.log.text)")
        #expect(try await pod.store.session(for: token) == nil)
    }

    @Test func `with a latency of 0.3 s a new connection answers after four round trips`() async throws {
        let pod = try await TestStore.start(url)
        let (token, _) = try await pod.signIn()
        let watch = await CheckWatch(pod.store, token, every: .milliseconds(10))
        proxy.delay(.milliseconds(150))
        proxy.cut()
        let start = BootInstant.now
        try await Task.sleep(for: .milliseconds(2500))
        let checks = await watch.stop()
        let answered = checks.filter { $0.answer == .confirmed && $0.begunAt > start }.map(\.endedAt).min()
        let time = try #require(answered) - start
        print("the first answer came \(time.seconds) s after the cut")
        // Start-up message, identity, everything else, look-up.
        #expect(time >= .milliseconds(1200) && time < .milliseconds(1600), "\(pod.log.text)")
    }

    @Test func `of several servers a silent one delays connections by a quarter of a second`() async throws {
        let folder = try TestFolder()
        let silentFolder = try folder.makeFolder("silent")
        let silent = try SocketProxy(before: server, socketFolder: silentFolder)
        silent.lose()
        let url =
            "postgres:///postgres?host=\(silentFolder),\(server.socketFolder)&port=\(server.port),\(server.port)&user=postgres"
        // The fastest of three: a start also looks over the tables, which takes long on a busy machine.
        var times: [Duration] = []
        for _ in 0..<3 {
            let start = BootInstant.now
            _ = try await TestStore.start(url)
            times.append(BootInstant.now - start)
        }
        print("connected past a silent server in \(times.map(\.seconds)) s")
        #expect(times.contains { $0 < .seconds(1) }, "\(times)")
        #expect(silent.acceptedCount > 0)
    }
}
