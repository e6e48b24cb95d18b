import EventLoop
import FoundationEssentials
import TestSupport
import Testing

@testable import Sessions

/// Many concurrent checks of sessions that are not in memory.
@Suite struct ColdMemoryTests {
    /// Starts checks of all tokens together, and returns their errors.
    private func outcomes(_ pod: TestStore, _ tokens: [SessionToken]) -> Task<[SessionStoreError?], Never> {
        Task {
            await withTaskGroup(of: SessionStoreError?.self) { group in
                for token in tokens { group.addTask { await pod.lookUpError(token) } }
                return await group.reduce(into: []) { $0.append($1) }
            }
        }
    }

    private func waitUntilAllAsked(_ pod: TestStore, _ count: Int, since before: Int) async throws {
        let deadline = Deadline(within: .seconds(5))
        while await pod.store.counts[.lookUps] < before + count {
            try #require(!deadline.hasPassed, "not all have asked")
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    @Test func `a thousand checks of one session at once are one look-up`() async throws {
        let folder = try TestFolder()
        let server = try PostgreSQLServer(in: folder, settings: ["log_statement": "all"])
        // The number of look-up statements. Each is logged before its execution.
        var statements: Int {
            server.log.split(separator: "\n").count { $0.contains("LOG:  execute authfcgi_look_up") }
        }
        let pod = try await TestStore.startKeeping(server.url()) { $0.postgreSQL.lookUpDeadline = .seconds(5) }
        let (token, _) = try await pod.signIn()
        let lock = try PostgreSQLConnection(server.url(), log: pod.log.logger)
        try lock.script("BEGIN; LOCK TABLE session_tokens IN ACCESS EXCLUSIVE MODE", deadline: .seconds(5))
        let before = await pod.store.counts[.lookUps]
        let answers = outcomes(pod, Array(repeating: token, count: 1000))
        try await waitUntilAllAsked(pod, 1000, since: before)
        try lock.script("COMMIT", deadline: .seconds(5))
        #expect(await answers.value.allSatisfy { $0 == nil })
        #expect(statements == 1)
        // Without a lock later checks are answered from memory.
        let (other, _) = try await pod.signIn("bob")
        try await pod.warm(token)
        #expect(await outcomes(pod, Array(repeating: other, count: 1000)).value.allSatisfy { $0 == nil })
        #expect(statements <= 3)
    }

    @Test func `a check joins no look-up that was sent longer ago than the revocation delay`() async throws {
        let (server, database) = try SharedServers.newDatabase()
        let pod = try await TestStore.startKeeping(server.url(database: database)) {
            $0.revocationDelay = .milliseconds(400)
            $0.postgreSQL.lookUpDeadline = .seconds(5)
        }
        let (token, _) = try await pod.signIn()
        let lock = try PostgreSQLConnection(server.url(database: database), log: pod.log.logger)
        try lock.script("BEGIN; LOCK TABLE session_tokens IN ACCESS EXCLUSIVE MODE", deadline: .seconds(5))
        let first = outcomes(pod, [token])
        try await Task.sleep(for: .milliseconds(100))
        let joins = outcomes(pod, [token])
        try await Task.sleep(for: .milliseconds(500))
        // A look-up that has waited for more than half the delay indicates an overloaded server.
        #expect(await pod.lookUpError(token) == .overloaded)
        try lock.script("COMMIT", deadline: .seconds(5))
        #expect(await first.value == [nil])
        #expect(await joins.value == [nil])
        #expect(try await pod.sessionOnceItAnswers(token) != nil)
    }

    @Test func `a thousand sessions at once are not more look-ups than are allowed`() async throws {
        let folder = try TestFolder()
        let server = try PostgreSQLServer(in: folder, settings: ["log_statement": "all"])
        let pod = try await TestStore.startKeeping(server.url()) {
            $0.postgreSQL.lookUpDeadline = .seconds(5)
            $0.postgreSQL.lookUpLimit = 100
        }
        let tokens = try TestStore.tokens(1000, on: server, "postgres")
        let lock = try PostgreSQLConnection(server.url(), log: pod.log.logger)
        try lock.script("BEGIN; LOCK TABLE session_tokens IN ACCESS EXCLUSIVE MODE", deadline: .seconds(5))
        let before = await pod.store.counts[.lookUps]
        let answers = outcomes(pod, tokens)
        try await waitUntilAllAsked(pod, 1000, since: before)
        try lock.script("COMMIT", deadline: .seconds(5))
        let all = await answers.value
        #expect(all.count { $0 == nil } == 100 && all.count { $0 == .overloaded } == 900)
        // Each hash that was sent is in PostgreSQL's log once, as a literal of 64 digits. The word is capitalised since
        // PostgreSQL 17.
        let sent = server.log.split(separator: "\n").filter { $0.lowercased().contains("detail:  parameters: $1 =") }
            .reduce(0) { $0 + $1.split(separator: "\\x").count - 1 }
        #expect(sent == 100)
        // Afterwards all checks have a result.
        for token in tokens { #expect(try await pod.sessionOnceItAnswers(token) != nil) }
    }

    @Test func `with an empty cache each session is looked up once`() async throws {
        let (server, database) = try SharedServers.newDatabase()
        let url = server.url(database: database)
        let tokens = try await {
            let first = try await TestStore.startKeeping(url)
            defer { Task { await first.store.close() } }
            return try TestStore.tokens(500, on: server, database)
        }()
        let pod = try await TestStore.startKeeping(url)
        try await pod.warm(tokens[0])
        #expect(await outcomes(pod, tokens).value.allSatisfy { $0 == nil })
        let before = await pod.store.counts
        #expect(await outcomes(pod, tokens).value.allSatisfy { $0 == nil })
        let after = await pod.store.counts
        #expect(after[.fromMemory] == before[.fromMemory] + 500 && after[.lookUps] == before[.lookUps])
    }
}
