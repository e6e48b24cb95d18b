internal import ArgumentParser

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
}
