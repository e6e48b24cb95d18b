import TestSupport
import Testing

/// The setting LEGACY_HASHES.
@Suite struct LegacyHashTests {
    /// The password of the hash that WordPress created.
    private static let password = "correct horse battery staple"

    private let folder: TestFolder

    init() throws {
        folder = try TestFolder()
    }

    @Test(arguments: ["on", "off"])
    func `hashes of legacy formats can be refused, and the log names the user`(setting: String) throws {
        let users = try ForeignUsers("SELECT 1")
        let gate = try users.gate(in: folder, ["LEGACY_HASHES": setting])
        // A login replaces the hash.
        try users.database.psql(
            """
            INSERT INTO authfcgi_users (id, username, password_hash) VALUES
            ('7', 'ann', '$P$BTrxTZL5TCH.azNrOahK3LA1HlZL85.'), ('8', 'bob', '\(ForeignUsers.cheapHash)')
            """)
        #expect(try gate.logIn("bob", "correct horse").status == 200)
        #expect(try gate.logIn("ann", Self.password).status == (setting == "on" ? 200 : 401))
        #expect(try gate.logIn("ann", Self.password).status == (setting == "on" ? 200 : 401))
        try gate.stop()
        let warning = "WARNING: unusable password hash: "
        #expect(gate.lines(with: warning) == (setting == "on" ? 0 : 1), "\(gate.log)")
    }
}
