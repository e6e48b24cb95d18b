internal import ArgumentParser
internal import Glibc

/// The program's command line. Each command has a file of its own in this folder.
@main
struct AuthFCGI: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "authfcgi", abstract: "The session gate for web stacks behind nginx.",
        usage: CommandLineArguments.usage(ofGroup: "authfcgi"), version: Version.current,
        subcommands: [
            Serve.self, Migrate.self, User.self, SessionCommand.self, AuditCommand.self, Cleanup.self,
            ConfigCommand.self, KeyCommand.self, Doctor.self, HealthCheck.self, StatusCommand.self,
            WorkerCommand.self, Manual.self,
        ])

    static func main() {
        ProcessMemory.protect()
        StandardDescriptors.open()
        do {
            if let position = CommandLineText.firstInvalid {
                throw CommandFailure.fail("argument \(position) is not valid UTF-8", code: CommandFailure.usageCode)
            }
            var command = try parse(CommandLineArguments(Array(CommandLine.arguments.dropFirst()), of: AuthFCGI.self))
            try command.run()
        } catch {
            end(error)
        }
    }

    /// Returns the command with its options. A word or an option that is unknown is answered with a similar one.
    private static func parse(_ line: CommandLineArguments) throws -> any ParsableCommand {
        if let problem = line.commandProblem ?? line.fileProblem { throw usageError(problem, line) }
        do {
            return try parseAsRoot(line.arguments)
        } catch {
            guard exitCode(for: error) == .validationFailure, let problem = line.optionProblem else { throw error }
            throw usageError(problem, line)
        }
    }

    private static func usageError(_ problem: String, _ line: CommandLineArguments) -> ExitCode {
        StandardError.write("Error: \(problem)\n\(line.usage)\n")
        return ExitCode(CommandFailure.usageCode)
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
