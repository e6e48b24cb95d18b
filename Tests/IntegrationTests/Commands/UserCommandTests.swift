import TestSupport
import Testing

/// `authfcgi user …` except `add`: the output, and the effect on the database.
@Suite struct UserCommandTests: RunsCommands {
    static let changes = ["passwd", "disable", "enable", "delete"]

    let server: PostgreSQLServer
    let database: String

    init() throws {
        (server, database) = try SharedServers.newDatabase()
    }

    /// Adds a user who cannot log in, and returns the id.
    @discardableResult
    func addUser(_ name: String, id: String? = nil) throws -> String {
        try psql(
            """
            INSERT INTO authfcgi_users (id, username, password_hash)
            VALUES (coalesce(\(id.map(GateProcess.quoted) ?? "NULL"), gen_random_uuid()::text),
                \(GateProcess.quoted(name)), 'none') RETURNING id
            """)
    }

    func signIn(_ userID: String, label: String? = nil) throws {
        let label = label.map { ", label => '\($0)'" } ?? ""
        try psql("SELECT create_access_token(\(GateProcess.quoted(userID))\(label))")
    }

    func user(_ arguments: String..., input: String? = "another new password\n") throws -> CommandResult {
        try run(["user"] + arguments, input: input)
    }

    func live() throws -> String { try psql("SELECT count(*) FROM session_tokens WHERE expires_at > now()") }

    /// Returns the rows of the users' table and the epochs, to detect changes.
    func state() throws -> String {
        try psql("SELECT u.*, e.epoch FROM authfcgi_users u LEFT JOIN user_epochs e ON e.user_id = u.id ORDER BY 1")
    }

    // MARK: Selection of the user

    @Test(arguments: changes)
    func `a user is found by id or by name`(_ command: String) throws {
        for name in ["ann", "bob"] {
            let id = try addUser(name)
            let result = try user(command, name == "ann" ? id : name)
            #expect(result.status.isSuccess && result.complaints.isEmpty, "\(result)")
            #expect(result.output.contains("user \(name) (id \(id))"), "\(result)")
        }
    }

    @Test(arguments: changes)
    func `an unknown user is refused, and nothing is changed`(_ command: String) throws {
        try addUser("ann")
        let before = try state()
        let nobody = try user(command, "b\u{1b}[31mb")
        #expect(nobody.status == .code(65) && nobody.output.isEmpty, "\(nobody)")
        #expect(nobody.errors.hasPrefix("authfcgi: there is no user b?[31mb: "), "\(nobody)")
        // A user whom only an application knows.
        try signIn("42")
        let foreign = try user(command, "42")
        #expect(foreign.status == .code(65) && foreign.output.isEmpty, "\(foreign)")
        #expect(foreign.errors == "authfcgi: user 42 is not one of the gate's own users\n")
        #expect(try state() == before && live() == "1")
    }

    @Test func `an id takes precedence over a name, but not that of another application's user`() throws {
        try addUser("ann", id: "1")
        try addUser("1", id: "2")
        let byID = try user("disable", "1")
        #expect(byID.output == "Disabled user ann (id 1) and ended 0 sessions.\n", "\(byID)")
        #expect(byID.complaints.hasSuffix("for the user with the sign-in name 1, use 2\n"), "\(byID)")
        try signIn("eve")
        try addUser("eve", id: "3")
        #expect(try user("delete", "eve").output == "Deleted user eve (id 3) and ended 0 sessions.\n")
        #expect(try live() == "1")
    }

    @Test(arguments: ["list", "show", "change", "reset"] + changes)
    func `every command has help, and refuses unknown arguments`(_ command: String) throws {
        let help = try run(["user", command, "--help"])
        #expect(help.status.isSuccess && help.output.contains("USAGE: authfcgi user \(command)"), "\(help)")
        #expect(help.output.contains("DATABASE_URL"))
        for arguments in [
            ["--jsn"], ["a", "b", "c"], command == "list" ? ["a"] : [""], command == "list" ? ["-x"] : [],
        ] {
            let result = try run(["user", command] + arguments)
            #expect(result.status == .code(64), "\(arguments): \(result)")
        }
    }

    // MARK: disable, enable, delete

    @Test func `a disabled user cannot sign in, and can again with the same password once enabled`() throws {
        #expect(try run(["user", "add", "ann"], input: "correct horse battery").status.isSuccess)
        let ann = "user ann (id \(try psql("SELECT id FROM authfcgi_users")))"
        let folder = try TestFolder()
        let gate = try GateProcess(in: folder, server: server, database: database, workers: 1)
        #expect(try gate.logIn("ann", "correct horse battery").status == 200)
        #expect(try user("disable", "ann").output == "Disabled \(ann) and ended 1 session.\n")
        #expect(try user("disable", "ann").output == "Nothing was changed: \(ann) is disabled already.\n")
        #expect(try gate.logIn("ann", "correct horse battery").status == 401)
        #expect(try live() == "0")
        #expect(try user("enable", "ann").output == "Enabled \(ann).\n")
        #expect(try user("enable", "ann").output == "Nothing was changed: \(ann) is enabled already.\n")
        #expect(try gate.logIn("ann", "correct horse battery").status == 200)
        #expect(try user("enable", "ann").status.isSuccess && live() == "1")
    }

    @Test func `a session that a disabled user got by SQL is ended by disabling again`() throws {
        let id = try addUser("ann")
        try #require(try user("disable", "ann").status.isSuccess)
        try signIn(id)
        #expect(try user("disable", "ann").output == "Disabled user ann (id \(id)) and ended 1 session.\n")
        #expect(try live() == "0")
    }

    @Test func `delete does not ask, and ends only that user's sessions`() throws {
        let (ann, bob) = try (addUser("ann"), addUser("bob"))
        for id in [ann, ann, bob] { try signIn(id) }
        #expect(try user("delete", "ann").output == "Deleted user ann (id \(ann)) and ended 2 sessions.\n")
        #expect(try psql("SELECT id FROM authfcgi_users") == bob)
        #expect(try psql("SELECT DISTINCT user_id FROM session_tokens WHERE expires_at > now()") == bob)
        let again = try user("delete", ann)
        #expect(again.status == .code(65) && again.errors.contains("is not one of the gate's own users"), "\(again)")
    }

    @Test func `with --json the result of a change is one JSON object`() throws {
        let id = try addUser("a\"nn")
        try signIn(id)
        for (command, changed, ended) in [
            ("passwd", true, 1), ("passwd", true, 0), ("disable", true, 0), ("disable", false, 0), ("enable", true, 0),
            ("enable", false, 0), ("delete", true, 0),
        ] {
            let result = try user(command, id, "--json")
            #expect(
                result.output
                    == "{\"changed\":\(changed),\"id\":\"\(id)\",\"sessions_ended\":\(ended),\"username\":\"a\\\"nn\"}\n",
                "\(command): \(result)")
        }
    }

    @Test func `changes work in any schema, and with any default isolation level`() throws {
        try psql("ALTER DATABASE \(database) SET default_transaction_isolation = 'serializable'; CREATE SCHEMA \"a b\"")
        let there = ["DATABASE_SCHEMA": "a b"]
        let added = try run(["user", "add", "ann"], environment: there, input: "correct horse battery")
        #expect(added.status.isSuccess, "\(added)")
        try psql("SELECT \"a b\".create_access_token(id) FROM \"a b\".authfcgi_users")
        for command in ["passwd", "disable", "enable", "delete"] {
            let result = try run(["user", command, "ann"], environment: there, input: "another password")
            #expect(result.status.isSuccess, "\(result)")
            #expect(result.output.contains("ended 1 ") == (command == "passwd"), "\(result)")
        }
        #expect(try run(["user", "list"], environment: there).output == "There are no users.\n")
    }
}
