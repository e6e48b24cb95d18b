internal import ArgumentParser

/// `authfcgi config …`
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Check and show the settings.",
        usage: CommandLineArguments.usage(ofGroup: "authfcgi config"),
        subcommands: [ConfigCheck.self, ConfigShow.self])
}
