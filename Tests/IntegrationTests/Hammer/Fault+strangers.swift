import Sessions
import TestSupport

extension Fault {
    private static let (stranger, application) = ("stranger", "application")

    /// Makes the roles of ``ofStrangers(_:)``: one with no rights, and one that may create sessions.
    static func makeStrangers(_ site: BreakableSite) throws {
        try site.postgreSQL.psql(
            "CREATE ROLE \(stranger) LOGIN; CREATE ROLE \(application) LOGIN IN ROLE authfcgi_mint")
    }

    /// What others who may connect to the database can hold up, on purpose or not. PostgreSQL may fail meanwhile.
    static func ofStrangers(_ site: BreakableSite) -> [Fault] {
        let server = site.postgreSQL
        return [
            Fault(name: "a stranger locks what it can") { random in
                let time = random.milliseconds(200...1500)
                let client = SQLClient(server.url(user: stranger))
                var allowed: [String] = []
                do throws(PostgreSQLError) {
                    for statement in [
                        "DO $$ BEGIN LOCK TABLE session_tokens IN ACCESS SHARE MODE; END $$",
                        "DO $$ BEGIN LOCK TABLE login_throttle IN ROW SHARE MODE; END $$",
                        "SELECT FROM user_epochs FOR KEY SHARE", "SELECT FROM session_cleanup FOR UPDATE",
                    ] {
                        if try mayRun(statement, client) { allowed.append(statement) }
                    }
                    // The numbers that the gate would use, if it used advisory locks.
                    for name in ["sessions", "cleanup", "migrations"] {
                        try client.run("SELECT pg_advisory_lock(hashtextextended('authfcgi \(name) public', 0))")
                    }
                } catch {
                    return "lost PostgreSQL"
                }
                guard allowed.isEmpty else { throw SupportError.unexpected("a stranger may run \(allowed)") }
                sleepThread(for: time)
                return "for \(time)"
            },
            Fault(name: "an application's transaction stays open after it has created sessions") { random in
                let time = random.milliseconds(200...1500)
                let users = (0..<5).map { _ in "user-\(Int.random(in: 2..<40, using: &random))" }.sorted()
                let isCommitted = random.chance(0.5)
                let client = SQLClient(server.url(user: application))
                do throws(PostgreSQLError) {
                    try client.run("BEGIN")
                    for user in users { try client.run("SELECT create_access_token($1)", user) }
                    sleepThread(for: time)
                    try client.run(isCommitted ? "COMMIT" : "ROLLBACK")
                } catch {
                    return "lost PostgreSQL"
                }
                return "of \(users.joined(separator: " ")), for \(time)"
            },
        ]
    }

    /// Returns whether a statement is allowed. The gate's tables are the database's own.
    private static func mayRun(_ statement: String, _ client: SQLClient) throws(PostgreSQLError) -> Bool {
        do throws(PostgreSQLError) {
            try client.run(statement)
            return true
        } catch {
            if case .server(let state, _) = error, state.code == "42501" { return false }
            throw error
        }
    }
}
