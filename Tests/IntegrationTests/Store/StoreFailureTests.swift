import EventLoop
import Logging
import TestSupport
import Testing

@testable import Sessions

/// Failures of PostgreSQL: the store never answers "no such session" because of one, and recovers on its own.
@Suite struct StoreFailureTests {
    @Test func `while PostgreSQL is down look-ups fail fast, and sessions continue afterwards`() async throws {
        let folder = try TestFolder()
        let server = try PostgreSQLServer(in: folder)
        let pod = try await TestStore.start(server.url())
        let (token, _) = try await pod.signIn()
        try server.stop(mode: .immediate)
        let clock = ContinuousClock()
        let start = clock.now
        let error = await pod.lookUpError(token)
        #expect(error != nil)
        #expect(clock.now - start < .seconds(1))
        await #expect(throws: SessionStoreError.self) { try await pod.store.revoke(token) }
        try server.start()
        #expect(try await pod.sessionOnceItAnswers(token) != nil)
        #expect(pod.log.text.contains("PostgreSQL connection restored"))
    }

    @Test func `a frozen PostgreSQL is detected by the deadline`() async throws {
        let folder = try TestFolder()
        let server = try PostgreSQLServer(in: folder)
        let pod = try await TestStore.start(server.url()) { $0.lookUpDeadline = .milliseconds(300) }
        let (token, _) = try await pod.signIn()
        try server.pause()
        let clock = ContinuousClock()
        let start = clock.now
        let error = await pod.lookUpError(token)
        #expect(error != nil)
        #expect(clock.now - start < .milliseconds(900))
        server.resume()
        #expect(try await pod.sessionOnceItAnswers(token) != nil)
    }

    @Test func `no look-up fails because of killed backends`() async throws {
        let (server, database) = try SharedServers.newDatabase()
        let pod = try await TestStore.start(server.url(database: database))
        let (token, _) = try await pod.signIn()
        for _ in 0..<5 {
            try server.terminateBackends(of: database)
            #expect(try await pod.store.session(for: token) != nil)
        }
        try await pod.store.revoke(token)
        #expect(try await pod.store.session(for: token) == nil)
    }

    @Test func `if one look-up of a batch fails, the others are repeated and answered`() async throws {
        let (server, database) = try SharedServers.newDatabase()
        let pod = try await TestStore.start(server.url(database: database)) { $0.lookUpDeadline = .seconds(10) }
        let (token, _) = try await pod.signIn()
        let lock = try PostgreSQLConnection(server.url(database: database), log: pod.log.logger)
        try lock.script("BEGIN; LOCK TABLE session_tokens IN ACCESS EXCLUSIVE MODE", deadline: .seconds(5))
        // Ten look-ups in one batch, the first of which waits for the lock.
        let answers = Task {
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<10 { group.addTask { try await pod.store.session(for: token) != nil } }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
        }
        try await Task.sleep(for: .milliseconds(200))
        let cancelled = try server.psql(
            """
            SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity
            WHERE datname = '\(database)' AND wait_event_type = 'Lock'
            """, database: database)
        #expect(cancelled == "1")
        try await Task.sleep(for: .milliseconds(100))
        try lock.script("COMMIT", deadline: .seconds(5))
        #expect(try await answers.value == 10)
        #expect(pod.log.text.contains("session look-up failed"))
    }

    @Test func `look-ups beyond the limit are refused at once`() async throws {
        let (server, database) = try SharedServers.newDatabase()
        let pod = try await TestStore.start(server.url(database: database)) {
            $0.lookUpLimit = 8
            $0.lookUpDeadline = .seconds(5)
        }
        // Distinct sessions, because concurrent checks of the same session share a look-up.
        var tokens: [SessionToken] = []
        for _ in 0..<50 { tokens.append(try await pod.signIn().token) }
        let asked = tokens
        let lock = try PostgreSQLConnection(server.url(database: database), log: pod.log.logger)
        try lock.script("BEGIN; LOCK TABLE session_tokens IN ACCESS EXCLUSIVE MODE", deadline: .seconds(5))
        // Admitted look-ups wait for the lock. Refused ones end at once.
        let answers = Task {
            await withTaskGroup(of: SessionStoreError?.self) { group in
                for token in asked { group.addTask { await pod.lookUpError(token) } }
                return await group.reduce(into: [SessionStoreError?]()) { $0.append($1) }
            }
        }
        try await Task.sleep(for: .milliseconds(200))
        try lock.script("COMMIT", deadline: .seconds(5))
        let all = await answers.value
        #expect(all.count { $0 == .overloaded } >= 42)
        #expect(all.count { $0 == nil } >= 1)
        #expect(all.allSatisfy { $0 == nil || $0 == .overloaded }, "\(all)")
    }

    @Test func `a store that starts before PostgreSQL logs the reason once, and recovers`() async throws {
        let folder = try TestFolder()
        let server = try PostgreSQLServer(in: folder)
        try server.stop()
        let pod = try await TestStore.start(server.url(), waits: false)
        try await Task.sleep(for: .milliseconds(800))
        let invented = try #require(SessionToken("afs_" + String(repeating: "A", count: 54)))
        #expect(await pod.lookUpError(invented) != nil)
        try server.start()
        try await TestStore.waitUntilReachable(pod.store)
        let complaints = pod.log.text.split(separator: "\n").filter { $0.contains("PostgreSQL unavailable") }
        #expect((1...2).contains(complaints.count), "\(pod.log.text)")
        #expect(pod.log.text.contains("Using database for session storage"))
    }

    @Test func `a standby alone is never used`() async throws {
        let folder = try TestFolder()
        let primary = try PostgreSQLServer(in: folder)
        let first = try await TestStore.start(primary.url())
        let (token, _) = try await first.signIn()
        let standby = try PostgreSQLServer.standby(of: primary)
        try standby.waitToCatchUp(with: primary)
        let pod = try await TestStore.start(standby.url() + "&target_session_attrs=any", waits: false)
        try await Task.sleep(for: .seconds(1))
        #expect(await pod.lookUpError(token) != nil)
        #expect(pod.log.text.contains("standby"))
    }

    @Test func `of several hosts the primary is found, and the new primary after a failover`() async throws {
        let folder = try TestFolder()
        let primary = try PostgreSQLServer(in: folder)
        let seed = try await TestStore.start(primary.url())
        let (token, _) = try await seed.signIn()
        let standby = try PostgreSQLServer.standby(of: primary)
        let url =
            "postgres:///postgres?host=\(standby.socketFolder),\(primary.socketFolder)&port=\(standby.port),\(primary.port)&user=postgres"
        let pod = try await TestStore.start(url)
        #expect(try await pod.store.session(for: token) != nil)
        try standby.waitToCatchUp(with: primary)
        try primary.stop(mode: .immediate)
        try standby.promote()
        #expect(try await pod.sessionOnceItAnswers(token) != nil)
        try await pod.store.revoke(token)
        #expect(try await pod.store.session(for: token) == nil)
    }

    @Test func `a server that refuses writes is left for a new connection`() async throws {
        let (server, database) = try SharedServers.newDatabase()
        let pod = try await TestStore.start(server.url(database: database))
        let (token, _) = try await pod.signIn()
        // Every new connection is read-only now, as on a demoted primary.
        _ = try server.psql(
            "ALTER DATABASE \(database) SET default_transaction_read_only = on", database: "postgres")
        try server.terminateBackends(of: database)
        await #expect(throws: SessionStoreError.self) { try await pod.store.revoke(token) }
        #expect(pod.log.text.contains("25006"))
        _ = try server.psql("ALTER DATABASE \(database) RESET default_transaction_read_only", database: "postgres")
        // For a second the new connection's state is assumed to be the server's.
        let deadline = Deadline(within: .seconds(5))
        while true {
            do throws(SessionStoreError) {
                try await pod.store.revoke(token)
                break
            } catch {
                try #require(error == .readOnly && !deadline.hasPassed)
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        #expect(try await pod.store.session(for: token) == nil)
    }

    @Test func `a cut connection is replaced, and a paused network is detected by the deadline`() async throws {
        let folder = try TestFolder()
        let server = try PostgreSQLServer(in: folder)
        let proxyFolder = try folder.makeFolder("proxy")
        let proxy = try SocketProxy(before: server, socketFolder: proxyFolder)
        let pod = try await TestStore.start(server.url(through: proxyFolder)) { $0.lookUpDeadline = .milliseconds(300) }
        let (token, _) = try await pod.signIn()
        proxy.cut()
        #expect(try await pod.store.session(for: token) != nil)
        proxy.pause()
        #expect(await pod.lookUpError(token) != nil)
        proxy.resume()
        #expect(try await pod.sessionOnceItAnswers(token) != nil)
    }

    @Test func `a truncated result is an error`() async throws {
        let folder = try TestFolder()
        let server = try PostgreSQLServer(in: folder)
        let proxyFolder = try folder.makeFolder("proxy")
        let proxy = try SocketProxy(before: server, socketFolder: proxyFolder)
        let pod = try await TestStore.start(server.url(through: proxyFolder)) { $0.lookUpDeadline = .milliseconds(300) }
        let (token, _) = try await pod.signIn()
        // Responses are held back, requests are still forwarded.
        proxy.pause(.toClient)
        #expect(await pod.lookUpError(token) != nil)
        proxy.resume()
        #expect(try await pod.sessionOnceItAnswers(token) != nil)
        // Results of the old connection are discarded: each check returns its own session.
        let (other, _) = try await pod.signIn("bob")
        for _ in 0..<50 {
            #expect(try await pod.store.session(for: token)?.identity.username == "ann")
            #expect(try await pod.store.session(for: other)?.identity.username == "bob")
        }
    }

    @Test func `a result that arrived while the process was stopped is used if it is not too old`() async throws {
        let (server, database) = try SharedServers.newDatabase()
        let pod = try await TestStore.start(server.url(database: database)) { $0.lookUpDeadline = .milliseconds(300) }
        let (token, _) = try await pod.signIn()
        let lock = try PostgreSQLConnection(server.url(database: database), log: pod.log.logger)
        try lock.script("BEGIN; LOCK TABLE session_tokens IN ACCESS EXCLUSIVE MODE", deadline: .seconds(5))
        let answer = Task { await pod.lookUpError(token) }
        try await Task.sleep(for: .milliseconds(50))
        // The loop is blocked while PostgreSQL's result arrives, and continues after the deadline.
        EventLoop.spawn { sleepThread(for: .milliseconds(600)) }
        try await Task.sleep(for: .milliseconds(50))
        try lock.script("COMMIT", deadline: .seconds(5))
        #expect(await answer.value == nil)
        #expect(!pod.log.text.contains("connection lost"), "\(pod.log.text)")
    }

    @Test func `connections that open but cannot be used are retried with delays`() async throws {
        let (server, database) = try SharedServers.newDatabase()
        let first = try await TestStore.start(server.url(database: database))
        _ = try server.psql("DELETE FROM session_keys", database: database)
        let pod = try await TestStore.start(server.url(database: database), waits: false)
        try await Task.sleep(for: .milliseconds(1500))
        let lines = pod.log.text.split(separator: "\n")
        #expect(lines.count < 10, "\(pod.log.text)")
        #expect(pod.log.text.contains("session_keys is empty"))
        await first.store.close()
    }
}
