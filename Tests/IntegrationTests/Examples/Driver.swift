import TestSupport

/// The PostgreSQL driver of an application.
enum Driver: String, CaseIterable, Sendable {
    case psycopg
    case pdo = "PDO"
    case pg

    /// The way in which a token is passed to PostgreSQL.
    enum Passing: String, Sendable {
        /// As a parameter: `get_user_from_token($1)`.
        case bound
        /// Only its SHA-256, as a parameter: `get_user_from_token_hash($1)`.
        case hashed
        /// In the text of the statement, inserted by the driver.
        case interpolated
    }

    /// Returns the user of a session.
    ///
    /// - Parameters:
    ///   - role: The role that connects to the database `postgres`.
    ///   - passing: The way in which the token is passed. `pg` has only bound parameters.
    func user(of token: String, as role: String, _ passing: Passing, at server: PostgreSQLServer) throws -> String {
        if self == .pg && passing == .interpolated { throw SupportError.unexpected("pg only binds") }
        let (program, arguments): (String, [String]) =
            switch self {
            case .psycopg: (Example.python, ["-c", Self.python])
            case .pdo: ("php", ["-r", Self.php, "--"])
            case .pg: ("node", ["-e", Self.node])
            }
        let output = try ServerProcess.output(
            program, arguments + [token, passing.rawValue],
            environment: Example.environment.merging([
                "PGHOST": server.socketFolder, "PGUSER": role, "PGDATABASE": "postgres",
            ]) { $1 })
        return String(output.prefix { $0 != "\n" })
    }

    private static let python = """
        import hashlib, psycopg, sys
        token, passing = sys.argv[1:]
        cursors = psycopg.ClientCursor if passing == "interpolated" else psycopg.Cursor
        with psycopg.connect(cursor_factory=cursors) as database:
            if passing == "hashed":
                parameter = hashlib.sha256(token.encode()).digest()
                row = database.execute("SELECT get_user_from_token_hash(%s)", (parameter,))
            else:
                row = database.execute("SELECT get_user_from_token(%s)", (token,))
            print(row.fetchone()[0])
        """

    private static let php = """
        [, $token, $passing] = $argv;
        $database = new PDO('pgsql:');
        $database->setAttribute(PDO::ATTR_EMULATE_PREPARES, $passing === 'interpolated');
        $hashed = $passing === 'hashed';
        $query = $database->prepare($hashed
            ? "SELECT get_user_from_token_hash(decode(:it, 'hex'))" : 'SELECT get_user_from_token(:it)');
        $query->execute(['it' => $hashed ? hash('sha256', $token) : $token]);
        echo $query->fetchColumn();
        """

    private static let node = """
        const { createHash } = require('node:crypto');
        const { Client } = require('pg');
        const [token, passing] = process.argv.slice(1);
        (async () => {
          const database = new Client();
          await database.connect();
          const { rows } = passing === 'hashed'
            ? await database.query('SELECT get_user_from_token_hash($1) AS u', [createHash('sha256').update(token).digest()])
            : await database.query('SELECT get_user_from_token($1) AS u', [token]);
          console.log(rows[0].u);
          await database.end();
        })();
        """
}
