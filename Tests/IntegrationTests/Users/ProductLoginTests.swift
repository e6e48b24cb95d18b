import TestSupport
import Testing

/// Users created by the products log in at the gate with their passwords.
@Suite struct ProductLoginTests {
    private static let password = "correct horse battery staple"

    private let folder: TestFolder

    init() throws {
        folder = try TestFolder()
    }

    @Test func `a user of Laravel's signs in`() throws {
        let users = try ForeignUsers(schema: "laravel")
        try signsIn("ann@example.org", users, ["USERS_PRESET": "laravel"])
    }

    @Test func `a user of Devise's signs in with the application's pepper, and not without`() throws {
        let users = try ForeignUsers(schema: "devise")
        try signsIn("ann@example.org", users, ["USERS_PRESET": "devise", "USERS_PEPPER": "a pepper of Devise: ✓"])
        let gate = try users.gate(in: TestFolder(), ["USERS_PRESET": "devise"])
        #expect(try gate.logIn("ann@example.org", Self.password).status == 401)
    }

    @Test func `a user of WordPress's signs in`() throws {
        try signsIn("bob", .wordpress(), ["USERS_PRESET": "wordpress"])
    }

    private func signsIn(_ name: String, _ users: ForeignUsers, _ environment: [String: String]) throws {
        let gate = try users.gate(in: folder, environment)
        let token = try #require(try gate.logIn(name, Self.password).json?["token"])
        #expect(try gate.check(token) == 200)
        #expect(try gate.logIn(name, "correct horse battery stable").status == 401)
    }
}
