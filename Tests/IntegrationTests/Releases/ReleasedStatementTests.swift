import FoundationEssentials
import TestSupport
import Testing

@testable import Sessions

/// A program of an earlier release goes on serving while the tables are those of a later one, as in a rolling update: the
/// statements of each release are kept in `Tests/Releases`, and run against the newest tables.
///
/// A migration may add: tables, columns with a default, functions, arguments with a default behind the others. It may not
/// take away, rename or change a type before a release has passed that does without it.
@Suite struct ReleasedStatementTests {
    private static let folder = Repository.path("Tests/Releases")
    private static let writing = "AUTHFCGI_TEST_WRITE_RELEASE"

    private static var releases: [Release] {
        get throws {
            let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".json") }
            return try names.sorted().map { name in
                try JSONDecoder().decode(Release.self, from: Data(contentsOf: URL(filePath: "\(folder)/\(name)")))
            }
        }
    }

    private static var version: String {
        get throws { String(try ServerProcess.output(GateProcess.executable, ["--version"]).prefix { $0 != "\n" }) }
    }

    @Test func `the kept statements of this release are those of the program`() throws {
        let trial = try StatementTrial()
        let statements = try StatementCatalog.all.map { try trial.attempt($0) }
        // A statement that nobody can run would test nothing.
        for statement in statements {
            #expect(!statement.parameterTypes.isEmpty, "\(statement.name) cannot be prepared")
            #expect(statement.ofOwner == ReleasedStatement.success, "\(statement.name): \(statement.ofOwner)")
        }
        let release = Release(version: try Self.version, migration: Migrations.latest, statements: statements)
        if ProcessInfo.processInfo.environment[Self.writing] == "yes" {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            let text = String(decoding: try encoder.encode(release), as: UTF8.self) + "\n"
            try Data(text.utf8).write(to: URL(filePath: "\(Self.folder)/\(release.version).json"))
        }
        let kept = try Self.releases.first { $0.version == release.version }
        let advice = "\(Self.writing)=yes Tests/run --filter ReleasedStatementTests writes Tests/Releases anew"
        #expect(kept?.migration == release.migration, "\(advice)")
        #expect(kept?.statements.map(\.name) == release.statements.map(\.name), "\(advice)")
        for (old, new) in zip(kept?.statements ?? [], release.statements) {
            #expect(old == new, "\(old.name) has changed; \(advice)")
        }
    }

    @Test func `every release goes on with the newest tables`() throws {
        let trial = try StatementTrial()
        for release in try Self.releases {
            for statement in release.statements {
                let obstacle = statement.obstacle(try trial.attempt(statement))
                #expect(obstacle == nil, "authfcgi \(release.version): \(statement.name) \(obstacle ?? "")")
            }
        }
    }

    @Test func `every statement of the program is in the catalog`() throws {
        let folder = Repository.path("Sources/Sessions/PostgreSQL/Statements")
        var names: Set<String> = []
        for file in try FileManager.default.subpathsOfDirectory(atPath: folder) where file.hasSuffix(".swift") {
            let text = try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
            for match in text.matches(of: /struct ([A-Za-z]+): Statement/) { names.insert(String(match.1)) }
        }
        // The operator's own statement.
        names.remove("RehashExternalUser")
        let catalog = Set(StatementCatalog.all.map { String($0.name.prefix { $0 != " " }) })
        #expect(names.count > 40 && names.subtracting(catalog) == [], "\(names.subtracting(catalog))")
    }

    @Test func `what a later release must not do is found`() throws {
        let trial = try StatementTrial()
        let statement = try trial.attempt(try #require(StatementCatalog.all.first { $0.name == "AddUser" }))
        #expect(statement.obstacle(statement) == nil)
        try trial.psql("ALTER TABLE authfcgi_users ADD COLUMN added text NOT NULL DEFAULT ''")
        #expect(statement.obstacle(try trial.attempt(statement)) == nil)
        try trial.psql("ALTER TABLE authfcgi_users ADD COLUMN phone text; UPDATE authfcgi_users SET phone = ''")
        try trial.psql("ALTER TABLE authfcgi_users ALTER COLUMN phone SET NOT NULL")
        #expect(statement.obstacle(try trial.attempt(statement)) == "fails with 23502")
        try trial.psql("ALTER TABLE authfcgi_users RENAME COLUMN email TO mail")
        #expect(statement.obstacle(try trial.attempt(statement))?.hasPrefix("takes ") == true)
    }

    @Test func `a program that runs while the tables are updated goes on, and starts again`() throws {
        let folder = try TestFolder()
        let (server, database) = try SharedServers.newDatabase()
        let gate = try GateProcess(in: folder, server: server, database: database, workers: 1)
        try gate.addUser("ann", password: "correct horse battery")
        let before = try gate.signIn("ann")
        // As a later release may do.
        try server.psql(
            """
            BEGIN;
            CREATE TABLE authfcgi_passkeys (id text PRIMARY KEY, user_id text NOT NULL);
            REVOKE ALL ON authfcgi_passkeys FROM PUBLIC;
            ALTER TABLE session_tokens ADD COLUMN device text;
            ALTER TABLE authfcgi_users ADD COLUMN phone text NOT NULL DEFAULT '';
            INSERT INTO authfcgi_migrations (number, name) VALUES (\(Migrations.latest + 1), 'passkeys');
            COMMIT
            """, database: database)
        func use(_ what: String) throws {
            #expect(try gate.check(before) == 200, "\(what)")
            let login = try gate.logIn("ann", "correct horse battery")
            let token = try #require(try object(login)["token"]?.text, "\(what): \(login)")
            #expect(try gate.check(token) == 200, "\(what)")
            #expect(try gate.ask("GET", "/auth/sessions", parameters: [GateProcess.bearer(token)]).status == 200)
            #expect(try gate.logOut(token).status == 204, "\(what)")
            #expect(try gate.check(token) == 401, "\(what)")
        }
        try use("while it runs")
        #expect(try gate.stop() == .code(0))
        try gate.start()
        try use("after its start")
        #expect(gate.log.contains("are newer than this program"), "\(gate.log)")
    }
}
