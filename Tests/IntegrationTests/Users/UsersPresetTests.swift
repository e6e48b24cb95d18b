import TestSupport
import Testing

@testable import Sessions

/// The ready queries over the tables that the products make.
@Suite struct UsersPresetTests {
    @Test func `Django's users come with their groups, and who is not active is nobody`() async throws {
        let users = try ForeignUsers.django()
        let pod = try await users.store(.django)
        let ann = try #require(try await pod.store.user(named: "ann"))
        #expect(
            ann.identity
                == Identity(
                    userID: "1", username: "ann", groups: ["a, b", "staff"], name: "ann Lee", email: "ann@example.org"))
        #expect(ann.passwordHash == ForeignUsers.cheapHash)
        #expect(try await pod.store.user(named: "bob")?.identity.groups == ["others"])
        // As Django's login form: the letters of full width are the same name.
        #expect(try await pod.store.user(named: "ａｎｎ")?.identity.username == "ann")
        #expect(try await pod.store.user(named: "Ann") == nil)
        try users.database.psql("UPDATE auth_user SET is_active = false WHERE username = 'ann'")
        #expect(try await pod.store.user(named: "ann") == nil)
    }

    @Test func `Laravel's users sign in with their e-mail address`() async throws {
        let users = try ForeignUsers(schema: "laravel")
        try users.database.psql(
            "INSERT INTO users (name, email, password) VALUES ('Ann Lee', 'ann@example.org', 'hash')")
        let pod = try await users.store(.laravel)
        let ann = try #require(try await pod.store.user(named: "ann@example.org"))
        #expect(
            ann.identity
                == Identity(userID: "1", username: "ann@example.org", name: "Ann Lee", email: "ann@example.org"))
        #expect(ann.passwordHash == "hash")
        #expect(try await pod.store.user(named: "Ann Lee") == nil)
    }

    @Test(arguments: ["ann@example.org", " Ann@Example.ORG\t\n"])
    func `Devise's users are looked up in lower case and without spaces around`(_ typed: String) async throws {
        let users = try ForeignUsers(schema: "devise")
        try users.database.psql(
            """
            INSERT INTO users (email, encrypted_password, created_at, updated_at)
            VALUES ('ann@example.org', 'hash', now(), now())
            """)
        let pod = try await users.store(.devise)
        let ann = try #require(try await pod.store.user(named: typed))
        #expect(ann.identity == Identity(userID: "1", username: "ann@example.org", email: "ann@example.org"))
        #expect(ann.passwordHash == "hash")
        #expect(try await pod.store.user(named: "ann@example") == nil)
    }

    @Test(arguments: [true, false])
    func `WordPress's users sign in with name or e-mail address and have their roles as groups`(
        quotesID: Bool
    ) async throws {
        let users = try ForeignUsers(schema: "wordpress") { quotesID ? $0 : $0.replacing("\"ID\"", with: "ID") }
        try users.database.psql(
            #"""
            INSERT INTO wp_users (user_login, user_pass, user_email, display_name) VALUES
            ('ann', 'hash', 'ann@example.org', 'Ann Lee'), ('bob', 'other', 'bob@example.org', 'Bob'),
            ('bob@example.org', 'third', 'eve@example.org', 'Eve');
            INSERT INTO wp_usermeta (user_id, meta_key, meta_value) VALUES
            (1, 'wp_capabilities', 'a:3:{s:13:"administrator";b:1;s:6:"editor";b:0;s:13:"shop_manager";b:1;}'),
            (1, 'nickname', 's:6:"author";b:1;'), (2, 'wp_capabilities', 'a:1:{s:10:"subscriber";b:1;}')
            """#)
        let pod = try await users.store(.wordpress)
        for name in ["ann", "ann@example.org"] {
            let ann = try #require(try await pod.store.user(named: name))
            #expect(
                ann.identity
                    == Identity(
                        userID: "1", username: "ann", groups: ["administrator", "shop_manager"], name: "Ann Lee",
                        email: "ann@example.org"))
            #expect(ann.passwordHash == "hash")
        }
        #expect(try await pod.store.user(named: "bob")?.identity.groups == ["subscriber"])
        // A name goes before somebody else's address.
        let eve = try await pod.store.user(named: "bob@example.org")
        #expect(eve?.identity.userID == "3")
        #expect(eve?.identity.groups == [])
    }
}
