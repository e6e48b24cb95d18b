internal import ArgumentParser

/// `authfcgi user …`
struct User: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Manage the gate's own users.", subcommands: [UserAdd.self])
}
