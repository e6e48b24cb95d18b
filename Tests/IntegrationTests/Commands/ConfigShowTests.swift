import FoundationEssentials
import TestSupport
import Testing

/// `authfcgi config show` shows each setting with its source, and no secret.
@Suite struct ConfigShowTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private func show(_ environment: [String: String], _ arguments: String...) throws -> CommandResult {
        let url = ["DATABASE_URL": "postgresql://gate:hunter2@db/app"]
        return try ServerProcess.run(
            GateProcess.executable, ["config", "show"] + arguments, environment: url.merging(environment) { $1 })
    }

    /// Returns the line of a setting, with single spaces.
    private func line(_ name: String, _ result: CommandResult) -> String? {
        result.output.split(separator: "\n").map { $0.split(separator: " ") }.first { $0.first == name[...] }?
            .joined(separator: " ")
    }

    @Test func `values and sources, the flag before the environment, the file and the default`() throws {
        let file = try folder.write("settings", "WORKERS=3\nSESSION_LIFETIME=8h\nLOG_LEVEL=debug\n")
        let result = try show(
            ["WORKERS": "4", "SESSION_LIFETIME": "9h"], "--env-file", file, "--workers", "5")
        #expect(result.status == .code(0) && result.errors == "", "\(result)")
        #expect(line("AUTHFCGI_WORKERS", result) == "AUTHFCGI_WORKERS flag 5")
        #expect(line("AUTHFCGI_SESSION_LIFETIME", result) == "AUTHFCGI_SESSION_LIFETIME environment 9h")
        #expect(line("AUTHFCGI_LOG_LEVEL", result) == "AUTHFCGI_LOG_LEVEL --env-file debug")
        #expect(line("AUTHFCGI_REVOCATION_DELAY", result) == "AUTHFCGI_REVOCATION_DELAY default 1s")
        let schema = "AUTHFCGI_DATABASE_SCHEMA"
        #expect(line(schema, result) == "\(schema) default (the connection's search_path)")
    }

    @Test func `secrets are not shown, wherever they come from`() throws {
        let file = try folder.write("redis", "redis://:S3cret@redis:6379\n")
        let environment = ["REDIS_URL_FILE": file, "REDIS_SEAL_SECRET": String(repeating: "zyx", count: 20)]
        for arguments in [["--json"], []] {
            let result = try ServerProcess.run(
                GateProcess.executable, ["config", "show"] + arguments,
                environment: environment.merging(["DATABASE_URL": "postgresql://gate:hunter2@db/app"]) { $1 })
            #expect(result.status == .code(0), "\(result)")
            for secret in ["hunter2", "S3cret", "zyx"] {
                #expect(!result.output.contains(secret) && !result.errors.contains(secret))
            }
        }
        let result = try show(environment)
        #expect(line("DATABASE_URL", result) == "DATABASE_URL environment (secret, not shown)")
        #expect(line("REDIS_URL", result) == "REDIS_URL environment (secret, not shown)")
        #expect(line("AUTHFCGI_USERS_PEPPER", result) == "AUTHFCGI_USERS_PEPPER default (none)")
    }

    @Test func `JSON has every setting`() throws {
        struct Output: Decodable {
            struct Setting: Decodable {
                let name: String
                let source: String
                let value: String?
                let is_secret: Bool
            }
            let settings: [Setting]
        }
        let result = try show(["COOKIE_NAME": "sid"], "--json")
        let settings = try JSONDecoder().decode(Output.self, from: Data(result.output.utf8)).settings
        #expect(settings.first?.name == "DATABASE_URL" && settings.first?.is_secret == true)
        #expect(settings.first?.value == nil)
        let cookie = settings.first { $0.name == "AUTHFCGI_COOKIE_NAME" }
        #expect(cookie?.value == "sid" && cookie?.source == "environment" && cookie?.is_secret == false)
    }

    @Test func `settings that cannot be used are reported as by the other commands`() throws {
        let result = try show(["WORKERS": "many"])
        #expect(result.status == .code(78) && result.errors.contains("WORKERS (environment) is \"many\""), "\(result)")
        #expect(result.output == "")
    }
}
