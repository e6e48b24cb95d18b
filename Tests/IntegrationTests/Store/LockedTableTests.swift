import Sessions
import Synchronization
import TestSupport
import Testing

/// Waits for locks of other clients end in time, in the program and in PostgreSQL.
@Suite struct LockedTableTests {
    @Test func `while a table is locked the number of PostgreSQL's processes stays limited`() async throws {
        let (server, database) = try SharedServers.newDatabase()
        let pod = try await TestStore.start(server.url(database: database)) {
            $0.lookUpDeadline = .milliseconds(200)
            $0.writeDeadline = .milliseconds(500)
        }
        let (token, _) = try await pod.signIn()
        let lock = try PostgreSQLConnection(server.url(database: database), log: pod.log.logger)
        try lock.script("BEGIN; LOCK TABLE session_tokens IN ACCESS EXCLUSIVE MODE", deadline: .seconds(5))
        var most = 0
        let deadline = Deadline(within: .seconds(6))
        while !deadline.hasPassed {
            #expect(await pod.lookUpError(token) != nil)
            let count = try server.psql(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = '\(database)' AND application_name LIKE 'authfcgi%'",
                database: "postgres")
            most = max(most, try #require(Int(count)))
        }
        // The lanes, the connection with the lock, and backends that have not yet noticed the end of their client.
        #expect(most <= 5, "\(pod.log.text)")
        try lock.script("COMMIT", deadline: .seconds(5))
        #expect(try await pod.sessionOnceItAnswers(token) != nil)
    }

    @Test func `a logout does not wait behind logins that are blocked by a transaction`() async throws {
        let (server, database) = try SharedServers.newDatabase()
        let pod = try await TestStore.start(server.url(database: database))
        let (token, _) = try await pod.signIn("bob")
        _ = try await pod.signIn("ann")
        let lock = try PostgreSQLConnection(server.url(database: database), log: pod.log.logger)
        try lock.script(
            "BEGIN; SELECT FROM user_epochs WHERE user_id = 'id-ann' FOR UPDATE", deadline: .seconds(5))
        let logins = (0..<3).map { _ in Task { try? await pod.signIn("ann") } }
        try await Task.sleep(for: .milliseconds(200))
        let clock = ContinuousClock()
        let start = clock.now
        try await pod.store.revoke(token)
        // One login may be in progress and wait 200 ms for its lock.
        #expect(clock.now - start < .seconds(1))
        try lock.script("ROLLBACK", deadline: .seconds(5))
        for login in logins { _ = await login.value }
        #expect(try await pod.store.session(for: token) == nil)
    }

    /// As an application does that calls `revoke_user_sessions()` and stays in the transaction.
    @Test func `a transaction that holds a user's row delays neither logins nor logouts of others`() async throws {
        let (server, database) = try SharedServers.newDatabase()
        let pod = try await TestStore.start(server.url(database: database))
        _ = try await pod.signIn("ann")
        let lock = try PostgreSQLConnection(server.url(database: database), log: pod.log.logger)
        for statement in ["BEGIN", "SELECT revoke_user_sessions('id-ann')"] {
            try lock.script(statement, deadline: .seconds(5))
        }
        let ann = Requester(address: "192.0.2.1", name: "id-ann")
        let ends = (0..<3).map { _ in
            Task {
                for _ in 0..<2 { _ = try? await pod.store.revokeAll(ofUser: "id-ann", except: nil, for: ann) }
            }
        }
        try await Task.sleep(for: .milliseconds(100))
        let clock = ContinuousClock()
        for _ in 0..<5 {
            let start = clock.now
            let (token, _) = try await pod.signIn("bob")
            try await pod.store.revoke(token)
            #expect(clock.now - start < .milliseconds(1500))
        }
        for end in ends { await end.value }
        #expect(pod.log.text.contains("(SQLSTATE 55P03"), "\(pod.log.text)")
        try lock.script("ROLLBACK", deadline: .seconds(5))
        #expect(try await pod.store.revokeAll(ofUser: "id-ann") == 1)
    }

    /// Not even if they come from many addresses, each of which has its turn.
    @Test(arguments: [true, false])
    func `many addresses of a held user or a held token delay nobody else`(isPooled: Bool) async throws {
        let (server, database) = try SharedServers.newDatabase()
        let folder = try TestFolder()
        let bouncer = try isPooled ? PgBouncer(in: folder, before: server, poolMode: "transaction") : nil
        let pod = try await TestStore.start(bouncer?.url(database: database) ?? server.url(database: database))
        let (token, _) = try await pod.signIn("cid")
        _ = try await pod.signIn("ann")
        let lock = try PostgreSQLConnection(server.url(database: database), log: pod.log.logger)
        for statement in [
            "BEGIN", "SELECT revoke_user_sessions('id-ann')", "SELECT revoke_access_token('\(token.secretText)')",
        ] {
            try lock.script(statement, deadline: .seconds(5))
        }
        let ends = (1...30).map { host in
            Task {
                let address = "192.0.2.\(host)"
                let ann = Requester(address: address, name: "id-ann")
                for _ in 0..<2 {
                    if host.isMultiple(of: 2) {
                        _ = try? await pod.store.revokeAll(ofUser: "id-ann", except: nil, for: ann)
                    } else {
                        _ = try? await pod.store.end(token, from: address)
                    }
                }
            }
        }
        try await Task.sleep(for: .milliseconds(100))
        let clock = ContinuousClock()
        for _ in 0..<10 {
            let start = clock.now
            let (other, _) = try await pod.signIn("bob")
            try await pod.store.revoke(other)
            #expect(clock.now - start < .seconds(1))
            try await Task.sleep(for: .milliseconds(200))
        }
        for end in ends { await end.value }
        #expect(pod.log.text.contains("(SQLSTATE 55P03"), "\(pod.log.text)")
        #expect(!pod.log.text.contains("connection lost"), "\(pod.log.text)")
        try lock.script("ROLLBACK", deadline: .seconds(5))
        try await pod.store.revoke(token)
        #expect(try await pod.store.revokeAll(ofUser: "id-ann") == 1)
        if let bouncer { #expect(try bouncer.stop() == .code(0)) }
    }

    @Test func `a user is disabled although a transaction keeps the sessions from ending`() async throws {
        let (server, database) = try SharedServers.newDatabase()
        let pod = try await TestStore.start(server.url(database: database))
        try server.psql(
            "INSERT INTO authfcgi_users (id, username, password_hash) VALUES ('id-ann', 'ann', 'x')",
            database: database)
        let (token, _) = try await pod.signIn("ann")
        let lock = try PostgreSQLConnection(server.url(database: database), log: pod.log.logger)
        for statement in ["BEGIN", "SELECT revoke_user_sessions('id-ann')"] {
            try lock.script(statement, deadline: .seconds(5))
        }
        let outcome = Mutex<Result<AccountChange, any Error>?>(nil)
        let command = JoinableThread {
            let result = Result<AccountChange, any Error> {
                let connection = try PostgreSQLConnection(
                    server.url(database: database), log: RecordedLog().logger)
                try connection.introduce(isPooled: false, deadline: .seconds(5))
                try connection.enterSchema(nil, deadline: .seconds(5))
                return try UserAccounts(connection).disable("id-ann")
            }
            outcome.withLock { $0 = result }
        }
        try eventually("the user is disabled") {
            try server.psql("SELECT disabled FROM authfcgi_users", database: database) == "t"
        }
        #expect(try await pod.store.session(for: token) != nil)
        try lock.script("ROLLBACK", deadline: .seconds(5))
        command.join()
        let change = try outcome.withLock { try $0?.get() }
        #expect(change == .changed(sessionsEnded: 1))
        #expect(try await pod.store.session(for: token) == nil)
    }

    @Test func `an end that waits for another transaction succeeds as soon as that one has ended`() async throws {
        let (server, database) = try SharedServers.newDatabase()
        let pod = try await TestStore.start(server.url(database: database))
        let (token, _) = try await pod.signIn("ann")
        let lock = try PostgreSQLConnection(server.url(database: database), log: pod.log.logger)
        try lock.script(
            "BEGIN; SELECT FROM user_epochs WHERE user_id = 'id-ann' FOR UPDATE", deadline: .seconds(5))
        let end = Task { try await pod.store.revokeAll(ofUser: "id-ann") }
        // Several times as long as it waits at a time.
        try await Task.sleep(for: .milliseconds(900))
        try lock.script("ROLLBACK", deadline: .seconds(5))
        #expect(try await end.value == 1)
        #expect(try await pod.store.session(for: token) == nil)
    }
}
