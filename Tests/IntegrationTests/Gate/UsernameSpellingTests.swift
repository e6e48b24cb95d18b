import TestSupport
import Testing

/// One person in several spellings: names of the gate's own users are compared without case and in NFC.
@Suite struct UsernameSpellingTests {
    private let gates: TwoGates
    private var gate: GateProcess { gates.one }

    /// Spellings of names, the first as the user was added: cases, NFC and NFD, and a letter with two lower-case forms.
    private static let spellings = [
        ["Emil", "emil", "EMIL"], ["zo\u{eb}", "zoe\u{308}", "ZO\u{cb}", "Zoe\u{308}"],
        ["\u{3a3}\u{3b1}\u{3c2}", "\u{3c3}\u{3b1}\u{3c3}"],
    ]

    init() throws {
        gates = try TwoGates(users: Self.spellings.map { $0[0] })
    }

    private func run(_ arguments: [String], input: String? = nil) throws -> CommandResult {
        try ServerProcess.run(
            GateProcess.executable, arguments,
            environment: ["DATABASE_URL": gates.server.url(database: gates.database)], input: input)
    }

    @Test func `one person signs in with each, and is called as the name was typed at first`() throws {
        for names in Self.spellings {
            let id = try gates.psql(
                "SELECT id FROM authfcgi_users WHERE username = \(GateProcess.quoted(names[0]))")
            for name in names {
                let login = try object(gate.logIn(name, TwoGates.password))
                #expect(login["user_id"]?.text == id, "\(name)")
                let token = try #require(login["token"]?.text)
                let me = try object(gate.ask("GET", "/auth/me", parameters: [GateProcess.bearer(token)]))
                #expect(me["username"]?.text.map { Array($0.unicodeScalars) } == Array(names[0].unicodeScalars))
            }
        }
    }

    @Test func `nobody else can have one of them, by command or SQL`() throws {
        for name in Self.spellings.flatMap({ $0 }) {
            let added = try run(["user", "add", name], input: "a good password\n")
            #expect(added.status == .code(65) && added.errors.contains("exists already"), "\(added)")
            #expect(try run(["user", "add", name, "--if-absent"], input: "a good password\n").status.isSuccess)
            #expect(throws: SupportError.self) {
                try gates.psql(
                    "INSERT INTO authfcgi_users (username, password_hash) VALUES (\(GateProcess.quoted(name)), 'x')")
            }
        }
        #expect(try gates.psql("SELECT count(*) FROM authfcgi_users") == "3")
    }

    @Test func `commands find the user by each, and ids exactly`() throws {
        let id = try gates.psql("SELECT id FROM authfcgi_users WHERE username = 'Emil'")
        for name in Self.spellings[0] {
            _ = try gates.logIn("emil")
            let ended = try run(["session", "revoke", "--user", name])
            #expect(ended.output == "Ended 1 session of user Emil (id \(id)).\n", "\(ended)")
        }
        #expect(try run(["user", "disable", "EMIL"]).output.hasPrefix("Disabled user Emil (id \(id))"))
        // Another application's users.
        try gates.psql("SELECT create_access_token('A1', 'Bob'), create_access_token('a1', 'bob')")
        #expect(try run(["session", "revoke", "--user", "a1"]).output == "Ended 1 session of user a1.\n")
        #expect(try run(["session", "revoke", "--user", "Bob"]).output == "Ended 1 session of user A1.\n")
        #expect(try run(["session", "revoke", "--user", "BOB"]).status == .code(65))
    }

    @Test(arguments: [spellings[0], spellings[1], ["N\u{eb}mo", "ne\u{308}mo", "N\u{cb}MO"]])
    func `no spelling gives further attempts`(_ names: [String]) throws {
        for number in 0..<10 {
            let login = try gate.logIn(names[number % names.count], "wrong")
            #expect(login.status == 401, "\(number)")
        }
        try gates.psql("UPDATE login_throttle SET failed_at[10] = clock_timestamp() + interval '1 minute'")
        for name in names { #expect(try gate.logIn(name, "wrong").status == 429, "\(name)") }
    }

    /// The collation of the database decides nothing. With C, its `lower()` maps A to Z only.
    @Test func `the database's locale has no effect`() throws {
        for (number, locale) in ["C", "C.UTF-8"].enumerated() {
            let name = "\(gates.database)_\(number)"
            try gates.server.psql("CREATE DATABASE \(name) TEMPLATE template0 ENCODING 'UTF8' LOCALE '\(locale)'")
            let environment = ["DATABASE_URL": gates.server.url(database: name)]
            let migrated = try ServerProcess.run(GateProcess.executable, ["migrate"], environment: environment)
            try #require(migrated.status.isSuccess, "\(migrated)")
            let keys = try gates.server.psql(
                "SELECT username_key(E'\\u00c9MILE'), username_key(E'e\\u0301mile'), username_key('ILI')",
                database: name)
            #expect(keys == "\u{e9}mile|\u{e9}mile|ili")
        }
    }
}
