internal import ArgumentParser

/// `authfcgi config …`: about the settings.
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Look at the settings.", subcommands: [ConfigCheck.self])
}
