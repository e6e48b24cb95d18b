import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// Floods of requests with a token whose session ended before, while PostgreSQL is 20 ms away. They measure time.
@Suite struct EndingFloodTests {
    private let server: PostgreSQLServer
    private let proxy: SocketProxy
    private let pod: TestStore

    init() async throws {
        (server, proxy, pod) = try await TestStore.startBehindProxy()
    }

    /// Returns the token of a session that has ended.
    private func deadToken() async throws -> SessionToken {
        let (token, _) = try await pod.signIn("mallory")
        try await pod.store.revoke(token)
        return token
    }

    private func time(of work: () async throws -> Void) async throws -> Duration {
        let start = ContinuousClock.now
        try await work()
        return ContinuousClock.now - start
    }

    @Test func `more logouts of one address than there are places keep nobody else from anything`() async throws {
        let (store, dead) = (pod.store, try await deadToken())
        let (token, _) = try await pod.signIn("ann")
        proxy.delay(.milliseconds(10))
        let flood = (0..<1100).map { _ in Task { _ = try? await store.end(dead, from: "192.0.2.66") } }
        try await Task.sleep(for: .milliseconds(300))
        let login = try await time { _ = try await pod.signIn("bob") }
        let logout = try await time { _ = try await store.end(token, from: "198.51.100.7") }
        #expect(login < .seconds(2) && logout < .seconds(2), "\(login), \(logout)")
        proxy.delay(.zero)
        for request in flood { await request.value }
        #expect(try await store.session(for: token) == nil)
    }

    @Test func `repeated ends from many addresses delay neither logouts nor logins`() async throws {
        let (store, dead) = (pod.store, try await deadToken())
        var tokens: [SessionToken] = []
        for number in 0..<5 { tokens.append(try await pod.signIn("ann-\(number)").token) }
        proxy.delay(.milliseconds(10))
        let flood = (0..<200).map { number in
            Task {
                while !Task.isCancelled {
                    _ = try? await store.justEnded(
                        dead, sessionID: "00000000-0000-4000-8000-000000000000", from: "10.0.7.\(number)")
                }
            }
        }
        try await Task.sleep(for: .milliseconds(300))
        for token in tokens {
            let logout = try await time { _ = try await store.end(token, from: "198.51.100.7") }
            let login = try await time { _ = try await pod.signIn("bob") }
            #expect(logout < .seconds(2) && login < .seconds(2), "\(logout), \(login)")
        }
        let list = try await time { _ = try await store.sessions(of: "id-bob") }
        #expect(list < .seconds(3), "\(list)")
        for request in flood { request.cancel() }
        proxy.delay(.zero)
        for request in flood { await request.value }
    }
}
