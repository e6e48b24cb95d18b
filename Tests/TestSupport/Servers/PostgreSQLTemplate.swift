import Synchronization

/// A data folder that is copied for each new server. initdb takes a second, so it runs once in a test process.
enum PostgreSQLTemplate {
    private static let folder = Mutex<TestFolder?>(nil)

    /// Copies the data to `data`, an empty folder of the user postgres.
    static func copy(to data: String) throws {
        let template = try folder.withLock { folder in
            if let folder { return folder }
            let made = try TestFolder.forData()
            let data = try made.makeFolder("data", mode: 0o700, user: PostgreSQLServer.user)
            try ServerProcess.output(
                ServerPrograms.postgreSQL("initdb"),
                [
                    "--pgdata=\(data)", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C",
                    "--no-sync",
                ],
                workingFolder: made.path, user: PostgreSQLServer.user)
            // The default since PostgreSQL 15; the gate refuses a schema in which everybody may create.
            for database in ["template1", "postgres"] {
                try ServerProcess.output(
                    ServerPrograms.postgreSQL("postgres"), ["--single", "-j", "-D", data, database],
                    input: "REVOKE CREATE ON SCHEMA public FROM PUBLIC;\n\n", workingFolder: made.path,
                    user: PostgreSQLServer.user)
            }
            folder = made
            return made
        }
        try ServerProcess.output("cp", ["--archive", "--reflink=auto", "\(template.path("data"))/.", data])
    }
}
