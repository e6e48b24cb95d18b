internal import ArgumentParser

/// `authfcgi config …`
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Check the settings.",
        usage: CommandLineArguments.usage(ofGroup: "authfcgi config"),
        subcommands: [ConfigCheck.self])
}
