import TestSupport
import Testing

/// A misspelt setting in the environment has no effect, and is named wherever an operator looks.
@Suite struct MisspeltSettingTests: RunsDoctor {
    let server: PostgreSQLServer
    let database: String
    let folder: TestFolder

    /// A misspelt setting, somebody else's variable, and two that Kubernetes makes for a service.
    private static let environment = [
        "AUTHFCGI_WORKRES": "4", "AUTHFCGI_SITE": "x", "AUTHFCGI_PORT": "tcp://10.0.0.1:80",
        "AUTHFCGI_SERVICE_HOST": "10.0.0.1",
    ]
    private static let fact = "AUTHFCGI_WORKRES in the environment is no setting, and has no effect"
    private static let remedy = "did you mean AUTHFCGI_WORKERS?"
    private static let note = "AUTHFCGI_SITE in the environment is no setting, and has no effect"

    init() throws {
        (server, database) = try SharedServers.newDatabase()
        folder = try TestFolder()
    }

    @Test func `the doctor warns, and has a note of what resembles no setting`() throws {
        let lines = try doctor(Self.environment).lines("settings")
        #expect(lines.map(\.result) == ["ok", "note", "warning"], "\(lines)")
        #expect(lines.dropFirst().first?.finding == Self.note)
        #expect(lines.last?.finding == Self.fact && lines.last?.remedy == Self.remedy, "\(lines)")
    }

    @Test func `config check has notes, and config show writes them to standard error`() throws {
        let checked = try run(["config", "check", "--settings-only"], environment: Self.environment)
        let notes = "Note: \(Self.note).\nNote: \(Self.fact): \(Self.remedy)\n"
        #expect(checked.status.isSuccess && checked.output.hasSuffix(".\n\(notes)"), "\(checked)")
        let shown = try run(["config", "show", "--json"], environment: Self.environment)
        #expect(shown.status.isSuccess && shown.output.hasPrefix("{\"settings\":["), "\(shown)")
        #expect(shown.errors == "authfcgi: \(Self.note)\nauthfcgi: \(Self.fact): \(Self.remedy)\n")
    }

    @Test func `serve warns of what is misspelt alone, and starts`() throws {
        let gate = try GateProcess(
            in: folder, server: server, database: database, workers: 1, environment: Self.environment)
        #expect(gate.lines(with: "WARNING: \(Self.fact): \(Self.remedy)") == 1, "\(gate.log)")
        for other in ["AUTHFCGI_SITE", "AUTHFCGI_PORT", "AUTHFCGI_SERVICE_HOST"] {
            #expect(!gate.log.contains(other), "\(gate.log)")
        }
        #expect(try gate.stop() == .code(0))
    }

    @Test func `the order of precedence in the help of config show is the true one`() throws {
        let file = try folder.write("settings.env", "AUTHFCGI_LOG_LEVEL=error\n")
        let shown = try run(["config", "show", "--env-file", file], environment: ["LOG_LEVEL": "debug"])
        let line = shown.output.split(separator: "\n").first { $0.contains("LOG_LEVEL") }
        #expect(line?.contains("error") == true && line?.contains("debug") == false, "\(shown)")
        let help = try run(["config", "show", "--help"]).output.split { $0.isWhitespace }.joined(separator: " ")
        let order = "a flag, a variable with the prefix AUTHFCGI_, one without it, or is the default, in this order"
        #expect(help.contains(order), "\(help)")
    }

    @Test(arguments: [["serve"], ["migrate"], ["config", "show"]])
    func `a start that fails names the variable that may be the reason, and not its value`(
        _ command: [String]
    ) throws {
        let url = server.url(database: database)
        let result = try run(command, environment: ["DATABASE_URL": "", "AUTHFCGI_DATABSE_URL": url])
        #expect(result.status == .code(78), "\(result)")
        #expect(result.errors.contains("DATABASE_URL is not set; "), "\(result)")
        #expect(result.errors.contains("AUTHFCGI_DATABSE_URL in the environment is no setting"), "\(result)")
        #expect(result.errors.contains("did you mean AUTHFCGI_DATABASE_URL?"), "\(result)")
        #expect(!result.errors.contains(url), "\(result)")
    }
}
