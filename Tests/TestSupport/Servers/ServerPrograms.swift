import FoundationEssentials

/// The paths of the programs that tests start as servers: those of the machine, or those of AUTHFCGI_POSTGRESQL,
/// AUTHFCGI_REDIS, AUTHFCGI_NGINX and AUTHFCGI_PGBOUNCER, which `Tests/run --help` explains.
package enum ServerPrograms {
    /// Returns the path of a program of PostgreSQL, by default of the machine's newest version.
    package static func postgreSQL(_ program: String) throws -> String { try "\(postgreSQLFolder.get())/\(program)" }

    /// Redis or Valkey. Both are also the sentinel, with an option.
    package static var redis: String { get throws { try redisServer.get() } }

    /// redis-cli or valkey-cli. That of the machine if the chosen installation has none, or one without -e (before 7).
    package static var redisClient: String { get throws { try client.get() } }

    /// The first number of the version.
    package static var redisVersion: Int { get throws { try version.get() } }

    package static let nginx = chosen("NGINX") ?? "nginx"
    package static let pgBouncer = chosen("PGBOUNCER") ?? "pgbouncer"

    private static func chosen(_ name: String) -> String? {
        ProcessInfo.processInfo.environment["AUTHFCGI_\(name)"].flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func isProgram(_ path: String) -> Bool { FileManager.default.isExecutableFile(atPath: path) }

    private static let postgreSQLFolder = Result {
        if let folder = chosen("POSTGRESQL") {
            let folders = [folder, "\(folder)/bin"]
            guard let found = folders.first(where: { isProgram("\($0)/initdb") }) else {
                throw SupportError.unexpected("no PostgreSQL server in \(folder)")
            }
            return found
        }
        let root = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        let newest = versions.compactMap(Int.init).sorted().last { isProgram("\(root)/\($0)/bin/initdb") }
        guard let newest else { throw SupportError.unexpected("no PostgreSQL server under \(root)") }
        return "\(root)/\(newest)/bin"
    }

    private static let redisServer = Result {
        guard let folder = chosen("REDIS") else { return "redis-server" }
        let programs = ["\(folder)/redis-server", "\(folder)/valkey-server"]
        guard let found = programs.first(where: isProgram) else {
            throw SupportError.unexpected("no Redis or Valkey server in \(folder)")
        }
        return found
    }

    private static let client = Result {
        guard let folder = chosen("REDIS"), try version.get() >= 7 else { return "redis-cli" }
        return ["\(folder)/redis-cli", "\(folder)/valkey-cli"].first(where: isProgram) ?? "redis-cli"
    }

    /// The version in the output `Redis server v=7.0.15 sha=…`.
    private static let version = Result {
        let said = try ServerProcess.output(redisServer.get(), ["--version"])
        guard let number = said.split(separator: "v=").dropFirst().first?.split(separator: ".").first,
            let version = Int(number)
        else { throw SupportError.unexpected("no version: \(said)") }
        return version
    }
}
