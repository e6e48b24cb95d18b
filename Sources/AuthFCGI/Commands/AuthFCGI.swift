internal import ArgumentParser
internal import Glibc

/// The program's command line. Each command has a file of its own in this folder.
@main
struct AuthFCGI: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "authfcgi", abstract: "The session gate for web stacks behind nginx.", version: Version.current,

        subcommands: [
            Serve.self, Migrate.self, User.self, SessionCommand.self, AuditCommand.self, Cleanup.self,
            ConfigCommand.self,
            HealthCheck.self,
            WorkerCommand.self,
        ])

    static func main() {
        ProcessMemory.protect()
        StandardDescriptors.open()
        do {
            if let position = CommandLineText.firstInvalid {
                throw CommandFailure.fail("argument \(position) is not valid UTF-8", code: CommandFailure.usageCode)
            }
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
        guard !message.isEmpty else { Glibc.exit(code.rawValue) }
        guard code.isSuccess else {
            StandardError.write(message + "\n")
            Glibc.exit(code.rawValue)
        }
        do throws(ExitCode) {
            try StandardOutput.writeLine(message)
        } catch {
            Glibc.exit(error.rawValue)
        }
        Glibc.exit(code.rawValue)
    }
}
