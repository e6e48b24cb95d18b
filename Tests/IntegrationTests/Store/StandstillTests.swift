import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// The loop stands still with look-ups under way. Their answers lie in the socket afterwards.
@Suite struct StandstillTests {
    private typealias Answer = Result<PackedSession?, SessionStoreError>

    private let server: PostgreSQLServer
    private let database: String
    private let folder: TestFolder
    private let proxyFolder: String
    private let proxy: SocketProxy
    private let pod: TestStore

    init() async throws {
        (server, database) = try SharedServers.newDatabase()
        folder = try TestFolder()
        proxyFolder = try folder.makeFolder("proxy")
        proxy = try SocketProxy(before: server, socketFolder: proxyFolder)
        pod = try await TestStore.start(server.url(database: database, through: proxyFolder))
    }

    /// Sends look-ups, stops the loop for some time, and returns their answers.
    private func lookUp(
        _ tokens: [SessionToken], by other: TestStore? = nil, standingStillFor time: Duration,
        meanwhile: @escaping @Sendable () throws -> Void = {}
    ) async throws -> [Answer] {
        let pod = other ?? pod
        // No answer arrives before the loop stands still.
        proxy.pause(.toClient)
        let answers = Task { () -> [Int: Answer] in
            await withTaskGroup(of: (Int, Answer).self) { group in
                for (index, token) in tokens.enumerated() { group.addTask { (index, await pod.ask(token)) } }
                var answers: [Int: Answer] = [:]
                for await (index, answer) in group { answers[index] = answer }
                return answers
            }
        }
        // The loop has sent them, and gets their answers only when it goes on.
        let stop = Task { @EventLoop in
            await Reactor.shared.sleep(for: .zero)
            sleepThread(for: time)
        }
        try await Task.sleep(for: .milliseconds(200))
        proxy.resume()
        try meanwhile()
        await stop.value
        let found = await answers.value
        return tokens.indices.compactMap { found[$0] }
    }

    @Test func `after a second the look-ups under way are answered, and the connection stays`() async throws {
        let tokens = try TestStore.tokens(6, on: server, database)
        let keys = try #require(await pod.store.readLane.keys)
        let invented = try keys.newToken()
        let answers = try await lookUp(tokens + [invented], standingStillFor: .seconds(1))
        #expect(answers.count == 7)
        for answer in answers.prefix(6) { #expect(try answer.get() != nil) }
        let last = try #require(answers.last)
        #expect(try last.get() == nil)
        #expect(!pod.log.text.contains("connection lost"), "\(pod.log.text)")
    }

    @Test func `a standstill that is little longer than the deadline of look-ups is noticed`() async throws {
        let tokens = try TestStore.tokens(6, on: server, database)
        let url = server.url(database: database, through: proxyFolder)
        let hasty = try await TestStore.start(url) { $0.lookUpDeadline = .milliseconds(300) }
        let answers = try await lookUp(tokens, by: hasty, standingStillFor: .milliseconds(350))
        #expect(answers.count == 6)
        for answer in answers { #expect(try answer.get() != nil) }
        #expect(!hasty.log.text.contains("connection lost"), "\(hasty.log.text)")
    }

    @Test func `an answer that is older than the revocation delay is not used`() async throws {
        let tokens = try TestStore.tokens(6, on: server, database)
        let (postgreSQL, name) = (server, database)
        let answers = try await lookUp(tokens, standingStillFor: .milliseconds(1400)) {
            try postgreSQL.psql("UPDATE session_tokens SET revoked_at = now()", database: name)
        }
        #expect(answers.count == 6)
        for answer in answers { #expect(try answer.get() == nil) }
    }

    @Test func `a logout under way is answered`() async throws {
        let pod = try await TestStore.start(server.url(database: database)) { $0.writeDeadline = .milliseconds(500) }
        let (token, _) = try await pod.signIn()
        let (other, _) = try await pod.signIn("bob")
        try await pod.store.revoke(other)
        let end = Task { try await pod.store.revoke(token) }
        let stop = Task { @EventLoop in
            await Reactor.shared.sleep(for: .zero)
            sleepThread(for: .seconds(1))
        }
        await stop.value
        try await end.value
        #expect(!pod.log.text.contains("connection lost"), "\(pod.log.text)")
        #expect(try await pod.store.session(for: token) == nil)
    }
}
