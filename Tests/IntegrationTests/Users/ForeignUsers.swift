import Foundation
import TestSupport

@testable import Sessions

/// A new database with the users of another program.
struct ForeignUsers {
    let database: SharedDatabase

    /// The argon2id hash of `correct horse`, with a lower cost than that of new hashes.
    static let cheapHash =
        "$argon2id$v=19$m=1024,t=1,p=1$aR2BsqBpt4/M//Wbx2MSdQ$GnGrpm5sMLvSrbtqP3uwcCIvUmB59ITtNPp4jxBi9HU"

    /// A query for the table of ``plain()``.
    static let query = "SELECT id, password_hash, username, groups FROM people WHERE username = $1"

    /// Creates the database with the SQL for its tables.
    init(_ sql: String) throws {
        database = try SharedDatabase()
        try database.psql(sql)
    }

    /// Creates the database with the tables of a product, from the files in this folder.
    init(schema name: String) throws {
        let file = Repository.path("Tests/IntegrationTests/Users/Schemas/\(name).sql")
        try self.init(String(contentsOfFile: file, encoding: .utf8))
    }

    /// Creates a database with a table `people` and the user ann.
    static func plain() throws -> ForeignUsers {
        try ForeignUsers(
            """
            CREATE TABLE people (id bigint, username text, password_hash text, groups text[]);
            INSERT INTO people VALUES (9007199254740993, 'ann', 'x', '{staff,"a, b"}')
            """)
    }

    /// Creates a database with Django's tables and the users ann, a member of two groups, and bob.
    static func django() throws -> ForeignUsers {
        let users = try ForeignUsers(schema: "django")
        let row = "'\(cheapHash)', false, '%', '%', 'Lee', '%@example.org', false, true, now()"
        let rows = ["ann", "bob"].map { "(\(row.replacing("%", with: $0)))" }.joined(separator: ", ")
        try users.database.psql(
            """
            INSERT INTO auth_user (password, is_superuser, username, first_name, last_name, email, is_staff, is_active,
                                   date_joined) VALUES \(rows);
            INSERT INTO auth_group (name) VALUES ('staff'), ('a, b'), ('others');
            INSERT INTO auth_user_groups (user_id, group_id) VALUES (1, 1), (1, 2), (2, 3)
            """)
        return users
    }

    /// Creates a database with WordPress's tables as pgloader leaves them: in a schema with the name of the MariaDB
    /// database, which pgloader appends to the search_path of the PostgreSQL database.
    static func wordpress() throws -> ForeignUsers {
        let users = try ForeignUsers(schema: "wordpress-pgloader")
        try users.database.psql("ALTER DATABASE \"\(users.database.name)\" SET search_path TO public, wordpress")
        return users
    }

    /// Returns a store that finds its users by this query.
    func store(_ query: UsersQuery) async throws -> TestStore { try await database.store { $0.usersQuery = query } }

    func store(_ sql: String = query, deadline: Duration = .seconds(10)) async throws -> TestStore {
        try await store(UsersQuery(sql: sql, deadline: deadline, name: "USERS_QUERY"))
    }

    func store(_ preset: UsersPreset) async throws -> TestStore { try await store(preset.sql) }

    /// Starts a gate with the database.
    func gate(in folder: TestFolder, _ environment: [String: String], waits: Bool = true) throws -> GateProcess {
        try GateProcess(
            in: folder, server: database.server, database: database.name, workers: 1, environment: environment,
            waits: waits)
    }
}
