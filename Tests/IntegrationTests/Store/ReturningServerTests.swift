import EventLoop
import Synchronization
import TestSupport
import Testing

@testable import Sessions

/// PostgreSQL goes and comes back: every process uses it within half a second. This suite measures time.
@Suite(.serialized) struct ReturningServerTests {
    private let server: PostgreSQLServer

    init() throws {
        server = try PostgreSQLServer(in: TestFolder())
    }

    /// Returns when the server has first accepted a connection.
    private func waitForServer() async throws -> BootInstant {
        let deadline = Deadline(within: .seconds(20))
        while true {
            do throws(PostgreSQLError) {
                _ = try PostgreSQLConnection(Secret(server.url()), log: RecordedLog().logger)
                return .now
            } catch {
                try #require(!deadline.hasPassed, "\(error)")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    @Test(arguments: [1, 3, 8])
    func `after an outage every store answers within half a second`(seconds: Int) async throws {
        var pods: [TestStore] = []
        for _ in 0..<8 { pods.append(try await TestStore.start(server.url())) }
        let (token, _) = try await pods[0].signIn()
        var watches: [CheckWatch] = []
        for pod in pods { watches.append(await CheckWatch(pod.store, token, every: .milliseconds(20))) }
        try server.stop(mode: .immediate)
        try await Task.sleep(for: .seconds(seconds))
        let stopped = server
        let start = Task.detached { try stopped.start() }
        let back = try await waitForServer()
        try await start.value
        try await Task.sleep(for: .seconds(2))
        var times: [Duration] = []
        for watch in watches {
            let checks = await watch.stop()
            #expect(checks.refused(before: .now).isEmpty)
            let first = checks.filter { $0.answer == .confirmed && $0.endedAt > back }.map(\.endedAt).min()
            let answered = try #require(first)
            times.append(answered - back)
            let late = checks.filter { $0.answer == .cannotTell && $0.begunAt > back + .milliseconds(500) }
            #expect(late.isEmpty, "\(late.count) checks")
        }
        print("after \(seconds) s: \(times.sorted().map { Int($0.seconds * 1000) }) ms")
        #expect(times.allSatisfy { $0 < .milliseconds(500) }, "\(times)")
    }

    @Test func `a server that is down is not asked too often, however many checks there are`() async throws {
        let folder = try TestFolder()
        let proxy = try SocketProxy(before: server, socketFolder: folder.path)
        let pod = try await TestStore.start(server.url(through: folder.path))
        let (token, _) = try await pod.signIn()
        let watch = await CheckWatch(pod.store, token)
        try server.stop(mode: .immediate)
        try await Task.sleep(for: .seconds(1))
        let before = proxy.acceptedCount
        try await Task.sleep(for: .seconds(4))
        let attempts = proxy.acceptedCount - before
        _ = await watch.stop()
        print("\(attempts) attempts in 4 s")
        // One in 200 to 400 ms.
        #expect((9...21).contains(attempts))
        // And none but one in a second or two if nobody asks.
        try await Task.sleep(for: .seconds(1))
        let idle = proxy.acceptedCount
        try await Task.sleep(for: .seconds(4))
        #expect((1...5).contains(proxy.acceptedCount - idle))
        try server.start()
        #expect(try await pod.sessionOnceItAnswers(token) != nil)
    }

    @Test func `a silent server is not asked too often`() async throws {
        let folder = try TestFolder()
        let proxy = try SocketProxy(before: server, socketFolder: folder.path)
        let pod = try await TestStore.start(server.url(through: folder.path))
        let (token, _) = try await pod.signIn()
        let watch = await CheckWatch(pod.store, token)
        proxy.lose()
        try await Task.sleep(for: .seconds(2))
        let before = proxy.acceptedCount
        try await Task.sleep(for: .seconds(4))
        let attempts = proxy.acceptedCount - before
        print("\(attempts) attempts in 4 s")
        #expect((8...12).contains(attempts))
        proxy.deliver()
        let back = BootInstant.now
        try await Task.sleep(for: .seconds(1))
        let checks = await watch.stop()
        #expect(checks.filter { $0.answer == .cannotTell && $0.begunAt > back + .milliseconds(500) }.isEmpty)
        #expect(checks.contains { $0.answer == .confirmed && $0.begunAt > back })
    }
}
