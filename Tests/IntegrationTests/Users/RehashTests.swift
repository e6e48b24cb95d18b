import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// A login replaces an outdated hash, without effect on the user.
@Suite struct RehashTests {
    private static let today = "$argon2id$v=19$m=19456,t=2,p=1$"

    private let folder: TestFolder

    init() throws {
        folder = try TestFolder()
    }

    @Test func `an outdated hash of one of the gate's own users is replaced, and the sessions stay`() async throws {
        let users = try ForeignUsers("SELECT 1")
        let gate = try users.gate(in: folder, [:])
        try users.database.psql(
            "INSERT INTO authfcgi_users (id, username, password_hash) VALUES ('7', 'ann', '\(ForeignUsers.cheapHash)')")
        let old = try gate.signIn("7")
        let token = try #require(try gate.logIn("ann", "correct horse").json?["token"])
        func hash() throws -> String { try users.database.psql("SELECT password_hash FROM authfcgi_users") }
        try eventually("the hash is a new one") { try hash() != ForeignUsers.cheapHash }
        let new = try hash()
        #expect(new.hasPrefix(Self.today))
        for token in [old, token] { #expect(try gate.check(token) == 200) }
        #expect(try gate.logIn("ann", "wrong").status == 401)
        #expect(try gate.logIn("ann", "correct horse").status == 200)
        #expect(try gate.stop() == .code(0))
        #expect(try hash() == new)
        // A real change still ends them.
        try users.database.psql("UPDATE authfcgi_users SET password_hash = 'z'")
        #expect(try users.database.psql("SELECT count(*) FROM session_tokens WHERE expires_at > now()") == "0")
    }

    @Test func `a password that was changed meanwhile is not overwritten`() async throws {
        let database = try SharedDatabase()
        let pod = try await database.store()
        try database.psql("INSERT INTO authfcgi_users (id, username, password_hash) VALUES ('7', 'ann', 'x')")
        let user = try #require(try await pod.store.user(named: "ann"))
        try database.psql("UPDATE authfcgi_users SET password_hash = 'changed'")
        await pod.store.rehash(user, to: "y")
        #expect(try database.psql("SELECT password_hash FROM authfcgi_users") == "changed")
        let again = try #require(try await pod.store.user(named: "ann"))
        await pod.store.rehash(again, to: "y")
        #expect(try database.psql("SELECT password_hash FROM authfcgi_users") == "y")
    }

    @Test func `USERS_REHASH writes to a watched table, and the sessions stay`() throws {
        let users = try ForeignUsers.django()
        let rehash = "UPDATE auth_user SET password = $1 WHERE id = $2 AND password = $3;"
        let gate = try users.gate(in: folder, ["USERS_PRESET": "django", "USERS_REHASH": rehash])
        try users.database.psql("SELECT authfcgi_watch_users('auth_user', 'id', 'password', 'NOT is_active')")
        let old = try gate.signIn("1")
        let token = try #require(try gate.logIn("ann", "correct horse").json?["token"])
        func hash(_ name: String) throws -> String {
            try users.database.psql("SELECT password FROM auth_user WHERE username = '\(name)'")
        }
        try eventually("the hash is a new one", log: gate.log) { try hash("ann") != ForeignUsers.cheapHash }
        #expect(try hash("ann").hasPrefix(Self.today))
        #expect(try hash("bob") == ForeignUsers.cheapHash)
        for token in [old, token] { #expect(try gate.check(token) == 200) }
        #expect(try gate.logIn("ann", "correct horse").status == 200)
    }

    @Test func `behind a pooler no hash is written, which is logged, and the sessions stay`() throws {
        let users = try ForeignUsers.django()
        let bouncer = try PgBouncer(in: folder, before: users.database.server, poolMode: "session")
        let gate = try users.gate(
            in: folder,
            [
                "DATABASE_URL": bouncer.url(database: users.database.name), "USERS_PRESET": "django",
                "USERS_REHASH": "UPDATE auth_user SET password = $1 WHERE id = $2 AND password = $3",
            ])
        try users.database.psql("SELECT authfcgi_watch_users('auth_user', 'id', 'password', 'NOT is_active')")
        let token = try #require(try gate.logIn("ann", "correct horse").json?["token"])
        #expect(gate.lines(with: "WARNING: older hashes are kept: USERS_REHASH cannot write behind a pooler") == 1)
        #expect(try gate.logIn("ann", "correct horse").status == 200)
        #expect(!gate.log.contains("rehash lane") && !gate.log.contains("rehashed password"), "\(gate.log)")
        #expect(
            try users.database.psql("SELECT password FROM auth_user WHERE username = 'ann'") == ForeignUsers.cheapHash)
        #expect(try gate.check(token) == 200)
    }

    @Test func `a hash in the product's own form is not replaced at the next login`() throws {
        let users = try ForeignUsers.django()
        // Django's argon2 hashes have the gate's format with a prefix.
        let rehash = "UPDATE auth_user SET password = 'argon2' || $1 WHERE id = $2 AND password = $3"
        let gate = try users.gate(in: folder, ["USERS_PRESET": "django", "USERS_REHASH": rehash])
        func hash(_ name: String) throws -> String {
            try users.database.psql("SELECT password FROM auth_user WHERE username = '\(name)'")
        }
        #expect(try gate.logIn("ann", "correct horse").status == 200)
        try eventually("the hash is a new one", log: gate.log) { try hash("ann") != ForeignUsers.cheapHash }
        let new = try hash("ann")
        #expect(new.hasPrefix("argon2" + Self.today))
        #expect(try gate.logIn("ann", "correct horse").status == 200)
        // One hash is replaced at a time: bob's after that of ann's login.
        try eventually("bob's hash is a new one", log: gate.log) {
            let status = try gate.logIn("bob", "correct horse").status
            return try status == 200 && hash("bob") != ForeignUsers.cheapHash
        }
        #expect(try hash("ann") == new)
    }

    @Test
    func `without USERS_REHASH another application's hash stays, and a failing one is logged once`() async throws {
        let users = try ForeignUsers.django()
        let silent = try await users.store(.django)
        #expect(await !silent.store.rehashes)
        try users.database.psql("ALTER TABLE auth_user ADD CONSTRAINT short CHECK (password NOT LIKE '%19456%')")
        let rehash = "UPDATE auth_user SET password = $1 WHERE id = $2"
        let gate = try users.gate(in: folder, ["USERS_PRESET": "django", "USERS_REHASH": rehash])
        for _ in 0..<2 { #expect(try gate.logIn("ann", "correct horse").status == 200) }
        try eventually("it is said", log: gate.log) { gate.lines(with: "writing a rehashed password failed") > 0 }
        #expect(try gate.logIn("ann", "correct horse").status == 200)
        #expect(try gate.stop() == .code(0))
        #expect(gate.lines(with: "writing a rehashed password failed") == 1, "\(gate.log)")
        #expect(!gate.log.contains("$argon2id"))
        #expect(try users.database.psql("SELECT password FROM auth_user WHERE id = 1") == ForeignUsers.cheapHash)
    }
}
