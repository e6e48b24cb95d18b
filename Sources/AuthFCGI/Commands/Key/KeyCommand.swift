internal import ArgumentParser

/// `authfcgi key …`
struct KeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Change the key of tokens.",
        usage: CommandLineArguments.usage(ofGroup: "authfcgi key"),
        subcommands: [KeyRotate.self])
}
