import TestSupport
import Testing

/// A database whose encoding cannot store every name is refused with advice by every command that connects.
@Suite struct EncodingTests {
    private let server: PostgreSQLServer
    private let folder: TestFolder

    init() throws {
        server = try SharedServers.postgreSQL.get()
        folder = try TestFolder()
    }

    @Test(arguments: ["LATIN1", "SQL_ASCII", "EUC_JP"])
    func `a database that is not UTF8 ends the start and every command with 78 and advice`(
        encoding: String
    ) throws {
        let database = "encoding_\(encoding.lowercased())"
        try server.psql("CREATE DATABASE \(database) TEMPLATE template0 ENCODING '\(encoding)' LOCALE 'C'")
        let environment = ["DATABASE_URL": server.url(database: database)]
        let advice =
            "the database has the encoding \(encoding), and authfcgi needs UTF8: make another one (CREATE DATABASE authfcgi TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C') and name it in the connection string (DATABASE_URL)"
        for command in [["migrate"], ["session", "count"], ["user", "list"], ["cleanup"]] {
            let result = try ServerProcess.run(GateProcess.executable, command, environment: environment)
            #expect(result.status == .code(78) && result.errors == "authfcgi: \(advice)\n", "\(command): \(result)")
        }
        let gate = try GateProcess(
            in: folder, server: server, database: database, waits: false)
        #expect(try gate.waitForExit() == .code(78), "\(gate.log)")
        #expect(gate.log.contains(advice), "\(gate.log)")
        #expect(
            try server.psql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", database: database) == "0")
    }

    @Test func `the advice works`() throws {
        try server.psql("CREATE DATABASE advised TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'")
        let environment = ["DATABASE_URL": server.url(database: "advised")]
        let result = try ServerProcess.run(GateProcess.executable, ["migrate"], environment: environment)
        #expect(result.status.isSuccess, "\(result)")
    }
}
