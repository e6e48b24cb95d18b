import TestSupport
import Testing

@testable import Sessions

/// The predefined queries, on tables created by the products.
@Suite struct UsersPresetTests {
    @Test func `Django's users have their groups, and inactive users cannot sign in`() async throws {
        let users = try ForeignUsers.django()
        let pod = try await users.store(.django)
        let ann = try #require(try await pod.store.user(named: "ann"))
        #expect(
            ann.identity
                == Identity(
                    userID: "1", username: "ann", groups: ["a, b", "staff"], name: "ann Lee", email: "ann@example.org"))
        #expect(ann.passwordHash == ForeignUsers.cheapHash)
        #expect(try await pod.store.user(named: "bob")?.identity.groups == ["others"])
        // As in Django's login form, full-width letters are equivalent to ASCII letters.
        #expect(try await pod.store.user(named: "ａｎｎ")?.identity.username == "ann")
        #expect(try await pod.store.user(named: "Ann") == nil)
        try users.database.psql(
            "UPDATE auth_user SET first_name = repeat('é', 150), last_name = repeat('x', 150) WHERE username = 'ann'")
        let long = try #require(try await pod.store.user(named: "ann"))
        #expect(
            long.identity.name == String(repeating: "é", count: 150) + " " + String(repeating: "x", count: 105),
            "Django's maximum is cut to ours")
        try users.database.psql("UPDATE auth_user SET is_active = false WHERE username = 'ann'")
        #expect(try await pod.store.user(named: "ann") == nil)
    }

    @Test func `Laravel's users sign in with their email address`() async throws {
        let users = try ForeignUsers(schema: "laravel")
        let pod = try await users.store(.laravel)
        let ann = try #require(try await pod.store.user(named: "ann@example.org"))
        #expect(
            ann.identity
                == Identity(userID: "1", username: "ann@example.org", name: "Ann Lee", email: "ann@example.org"))
        #expect(try ann.hasThePassword())
        #expect(try await pod.store.user(named: "Ann Lee") == nil)
    }

    @Test(arguments: ["ann@example.org", " Ann@Example.ORG\t\n"])
    func `Devise's users are looked up in lower case and without spaces around`(_ typed: String) async throws {
        let pod = try await ForeignUsers(schema: "devise").store(.devise)
        let ann = try #require(try await pod.store.user(named: typed))
        #expect(ann.identity == Identity(userID: "1", username: "ann@example.org", email: "ann@example.org"))
        #expect(try ann.hasThePassword(pepper: "a pepper of Devise: ✓"))
        #expect(try !ann.hasThePassword())
        #expect(try await pod.store.user(named: "ann@example") == nil)
    }

    @Test func `Devise's unconfirmed and locked users cannot sign in`() async throws {
        let users = try ForeignUsers(schema: "devise-all")
        let pod = try await users.store(.devise)
        #expect(try await pod.store.user(named: "ann@example.org") == nil)
        try users.database.psql("UPDATE users SET confirmed_at = now()")
        let ann = try #require(try await pod.store.user(named: "ann@example.org"))
        #expect(try ann.hasThePassword(pepper: "a pepper of Devise: ✓"))
        try users.database.psql("UPDATE users SET locked_at = now()")
        #expect(try await pod.store.user(named: "ann@example.org") == nil)
        // An application with only one of the two modules.
        try users.database.psql("ALTER TABLE users DROP COLUMN locked_at")
        #expect(try await pod.store.user(named: "ann@example.org") != nil)
        try users.database.psql("UPDATE users SET confirmed_at = NULL")
        #expect(try await pod.store.user(named: "ann@example.org") == nil)
    }

    @Test func `WordPress's users of pgloader sign in with name or email address, with roles as groups`()
        async throws
    {
        let users = try ForeignUsers.wordpress()
        let pod = try await users.store(.wordpress)
        let bob = try #require(try await pod.store.user(named: "bob"))
        #expect(
            bob.identity
                == Identity(
                    userID: "2", username: "bob", groups: ["editor", "author"], name: "Bob Müller",
                    email: "bob@example.org"))
        #expect(try bob.hasThePassword())
        let ann = try #require(try await pod.store.user(named: "ann@example.org"))
        #expect(
            ann.identity
                == Identity(
                    userID: "1", username: "ann", groups: ["administrator"], name: "ann", email: "ann@example.org"))
        #expect(try ann.hasThePassword())
        // A name takes precedence over the address of another user.
        let eve = try await pod.store.user(named: "bob@example.org")
        #expect(eve?.identity.userID == "3")
        #expect(eve?.identity.groups == [])
        #expect(try await pod.store.user(named: "Bob") == nil)
    }

    @Test func `WordPress's users of PG4WP are found by an ID in capital letters`() async throws {
        let users = try ForeignUsers(schema: "wordpress-pg4wp")
        try users.database.psql(
            #"""
            INSERT INTO wp_users (user_login, user_pass, user_email, display_name)
            VALUES ('ann', 'hash', 'ann@example.org', 'Ann Lee');
            INSERT INTO wp_usermeta (user_id, meta_key, meta_value) VALUES
            (1, 'wp_capabilities', 'a:3:{s:13:"administrator";b:1;s:6:"editor";b:0;s:13:"shop_manager";b:1;}'),
            (1, 'nickname', 's:6:"author";b:1;'), (2, 'wp_capabilities', 'a:1:{s:10:"subscriber";b:1;}')
            """#)
        let pod = try await users.store(.wordpress)
        let ann = try #require(try await pod.store.user(named: "ann"))
        #expect(
            ann.identity
                == Identity(
                    userID: "1", username: "ann", groups: ["administrator", "shop_manager"], name: "Ann Lee",
                    email: "ann@example.org"))
        #expect(ann.passwordHash == "hash")
    }

    /// The column of a multisite's wp-admin/includes/schema.php, in the types of PG4WP and of pgloader.
    @Test(arguments: [("smallint", "0", "1"), ("boolean", "false", "true")])
    func `WordPress's users marked as spammers cannot sign in`(type: String, no: String, yes: String) async throws {
        let users = try ForeignUsers.wordpress()
        try users.database.psql("ALTER TABLE wp_users ADD spam \(type) NOT NULL DEFAULT \(no)")
        let pod = try await users.store(.wordpress)
        #expect(try await pod.store.user(named: "ann") != nil)
        try users.database.psql("UPDATE wp_users SET spam = \(yes)")
        #expect(try await pod.store.user(named: "ann") == nil)
    }

    @Test(arguments: [
        ("devise", UsersPreset.devise, ["(id, email, encrypted_password) ON users"]),
        (
            "wordpress-pg4wp", .wordpress,
            [
                #"("ID", user_login, user_pass, display_name, user_email) ON wp_users"#,
                "(user_id, meta_key, meta_value) ON wp_usermeta",
            ]
        ),
    ])
    func `a preset needs only the right to read its columns`(
        schema: String, preset: UsersPreset, columns: [String]
    ) async throws {
        let database = try ForeignUsers(schema: schema).database
        let role = "\"reader of \(database.name)\""
        let grants = columns.map { "GRANT SELECT \($0) TO \(role);" }.joined()
        let result = try database.psql(
            """
            BEGIN; CREATE ROLE \(role); \(grants) SET LOCAL ROLE \(role);
            PREPARE login(text) AS \(preset.sql); EXECUTE login('ann@example.org'); SELECT 'done'
            """)
        #expect(result.hasSuffix("done"))
    }
}

extension UserRecord {
    /// Returns whether the hash is of the password that the products were given.
    fileprivate func hasThePassword(pepper: String = "") throws -> Bool {
        let hash = try PasswordHash(passwordHash, pepper: Array(pepper.utf8))
        return try hash.matches(Array("correct horse battery staple".utf8))
    }
}
