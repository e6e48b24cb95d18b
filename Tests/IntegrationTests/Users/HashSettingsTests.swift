import TestSupport
import Testing

/// USERS_PEPPER and LEGACY_HASHES, with hashes that the original software made.
@Suite struct HashSettingsTests {
    private static let password = "correct horse battery staple"

    private let folder: TestFolder

    init() throws {
        folder = try TestFolder()
    }

    @Test(arguments: [("a pepper of Devise: ✓", 200), ("another pepper", 401), (nil, 401)])
    func `Devise's users sign in with the pepper of their application`(pepper: String?, status: Int) throws {
        let users = try ForeignUsers(schema: "devise")
        try users.database.psql(
            """
            INSERT INTO users (email, encrypted_password, created_at, updated_at) VALUES ('ann@example.org',
            '$2a$04$T2DyBXKIbE/2qhrvLZnySe1dTQ.jPc8OINdXWVuT0rgEhHtApEwei', now(), now())
            """)
        var environment = ["USERS_PRESET": "devise"]
        environment["USERS_PEPPER"] = pepper
        let gate = try users.gate(in: folder, environment)
        #expect(try gate.logIn("ann@example.org", Self.password).status == status)
        #expect(pepper.map { !gate.log.contains($0) } ?? true)
    }

    @Test(arguments: ["on", "off"])
    func `hashes of legacy formats can be refused, and the log says of whom`(setting: String) throws {
        let users = try ForeignUsers("SELECT 1")
        let gate = try users.gate(in: folder, ["LEGACY_HASHES": setting])
        // The login would replace it.
        try users.database.psql(
            """
            INSERT INTO authfcgi_users (id, username, password_hash) VALUES
            ('7', 'ann', '$P$BTrxTZL5TCH.azNrOahK3LA1HlZL85.'), ('8', 'bob', '\(ForeignUsers.cheapHash)')
            """)
        #expect(try gate.logIn("bob", "correct horse").status == 200)
        #expect(try gate.logIn("ann", Self.password).status == (setting == "on" ? 200 : 401))
        let warning = "WARNING: a stored password hash cannot be used: "
        #expect(gate.lines(with: warning) == (setting == "on" ? 0 : 1))
        #expect(try gate.logIn("ann", Self.password).status == (setting == "on" ? 200 : 401))
        #expect(gate.lines(with: warning) == (setting == "on" ? 0 : 1))
    }
}
