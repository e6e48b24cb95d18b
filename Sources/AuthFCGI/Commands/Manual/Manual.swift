internal import ArgumentParser
internal import FoundationEssentials

/// `authfcgi manual`: for whoever builds a package. The completions of shells come from the parser itself.
struct Manual: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "manual", abstract: "Print the manual page authfcgi(1), in the language of man(7).",
        shouldDisplay: false)

    func run() throws {
        try StandardOutput.write(ManualPage(try CommandLineInfo.ofProgram.command).text)
    }
}
