import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// A process never accepts a session after its own revocation of it has returned.
@Suite struct OwnRevocationTests {
    private static let rounds = 500

    private let folder: TestFolder
    private let server: PostgreSQLServer
    private let database: String
    private let pod: TestStore

    init() async throws {
        folder = try TestFolder()
        (server, database) = try SharedServers.newDatabase()
        pod = try await TestStore.startKeeping(server.url(database: database))
    }

    /// Ends the session of each of 500 users, all of them in memory, and returns how many were accepted afterwards.
    private func acceptedAfter(_ revoke: (SessionToken, _ number: Int) async throws -> Void) async throws -> Int {
        var accepted = 0
        for (index, token) in try TestStore.tokens(Self.rounds, on: server, database).enumerated() {
            try await pod.warm(token)
            // A look-up is in progress.
            async let early = pod.ask(token)
            try await revoke(token, index + 1)
            if await pod.keeps(token) { accepted += 1 }
            if try await pod.store.session(for: token) != nil { accepted += 1 }
            _ = await early
        }
        return accepted
    }

    @Test func `after its own revocation a process never accepts the session`() async throws {
        let accepted = try await acceptedAfter { token, _ in try await pod.store.revoke(token) }
        #expect(accepted == 0)
    }

    @Test func `after revoking all sessions of a user a process accepts none of them`() async throws {
        let accepted = try await acceptedAfter { _, number in
            try await pod.store.revokeAll(ofUser: "id-\(number)")
        }
        #expect(accepted == 0)
    }

    @Test func `after revoking a session by its public id a process never accepts it`() async throws {
        let accepted = try await acceptedAfter { token, number in
            let session = try #require(try await pod.store.session(for: token))
            #expect(try await pod.store.revoke(sessionID: session.id, ofUser: "id-\(number)"))
        }
        #expect(accepted == 0)
    }

    @Test func `after revoking all sessions of a user but one a process accepts only that one`() async throws {
        let tokens = try TestStore.tokens(Self.rounds, on: server, database)
        let kept = try TestStore.tokens(Self.rounds, on: server, database)
        var (accepted, lost) = (0, 0)
        for (index, token) in tokens.enumerated() {
            try await pod.warm(token)
            try await pod.warm(kept[index])
            try await pod.store.revokeAll(ofUser: "id-\(index + 1)", except: kept[index])
            if await pod.keeps(token) { accepted += 1 }
            if try await pod.store.session(for: token) != nil { accepted += 1 }
            if try await pod.store.session(for: kept[index]) == nil { lost += 1 }
        }
        #expect(accepted == 0 && lost == 0)
    }

    @Test func `a check after a revocation does not join a look-up from before`() async throws {
        let proxyFolder = try folder.makeFolder("proxy")
        let pair = { try SocketProxy(before: server, socketFolder: proxyFolder) }
        let first = try pair()
        let url = server.url(database: database, through: proxyFolder)
        let pod = try await TestStore.startKeeping(url) { $0.postgreSQL.lookUpDeadline = .milliseconds(900) }
        // New connections, here that of the write lane, use another proxy than the read lane.
        let second = try pair()
        let (token, _) = try await pod.signIn()
        #expect(first.connectionCount == 1 && second.connectionCount == 1)
        // PostgreSQL returns the session, and the result is held back in the proxy.
        first.pause(.toClient)
        let early = Task { try await pod.store.session(for: token) }
        try await Task.sleep(for: .milliseconds(100))
        try await pod.store.revoke(token)
        let late = Task { try await pod.store.session(for: token) }
        try await Task.sleep(for: .milliseconds(100))
        first.resume()
        #expect(try await early.value != nil)
        #expect(try await late.value == nil)
        #expect(try await pod.store.session(for: token) == nil)
    }

    @Test func `a new login ends the replaced session in this process at once`() async throws {
        try server.psql("INSERT INTO authfcgi_users (username, password_hash) VALUES ('ann', 'x')", database: database)
        let user = try #require(try await pod.store.user(named: "ann"))
        var last: SessionToken?
        for _ in 0..<100 {
            let made = try await pod.store.createAccessToken(for: user, origin: SessionOrigin(), replacing: last)
            let token = try #require(made).token
            if let last {
                #expect(await !pod.keeps(last))
                #expect(try await pod.store.session(for: last) == nil)
            }
            try await pod.warm(token)
            last = token
        }
    }
}
