import TestSupport

/// A suite that runs the program's commands. Each test has its own empty database.
protocol RunsCommands {
    var server: PostgreSQLServer { get }
    var database: String { get }
    /// What commands get from their environment.
    var commandEnvironment: [String: String] { get }
}

extension RunsCommands {
    /// The environment of the commands.
    var commandEnvironment: [String: String] { ["DATABASE_URL": server.url(database: database)] }

    /// LISTEN for `config check`, which tries to open the socket: in a folder that exists.
    static var listen: String {
        get throws { try "unix:\(SharedServers.folder.get().path("check.sock"))" }
    }

    /// Runs a command to its end, with `input` on standard input.
    func run(
        _ arguments: [String], environment: [String: String] = [:], input: String? = nil
    ) throws -> CommandResult {
        var all = commandEnvironment.merging(environment) { $1 }
        if arguments.prefix(2) == ["config", "check"], all["LISTEN"] == nil { all["LISTEN"] = try Self.listen }
        return try ServerProcess.run(GateProcess.executable, arguments, environment: all, input: input)
    }

    @discardableResult
    func psql(_ sql: String) throws -> String { try server.psql(sql, database: database) }
}
