internal import ArgumentParser
internal import Glibc

/// The program's command line. Each command has a file of its own in this folder.
@main
struct AuthFCGI: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "authfcgi", abstract: "The session gate for web stacks behind nginx.", version: Version.current,

        subcommands: [
            Serve.self, Migrate.self, User.self, SessionCommand.self, Cleanup.self, ConfigCommand.self,
            HealthCheck.self,
            WorkerCommand.self,
        ])

    static func main() {
        ProcessMemory.protect()
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch {
            end(error)
        }
    }

    /// Ends the process as ``exit(withError:)`` does: the message may repeat what was on the command line.
    private static func end(_ error: any Error) -> Never {
        let code = exitCode(for: error)
        let message = fullMessage(for: error)
        if !message.isEmpty {
            if code.isSuccess { StandardOutput.writeLine(message) } else { StandardError.write(message + "\n") }
        }
        Glibc.exit(code.rawValue)
    }
}
