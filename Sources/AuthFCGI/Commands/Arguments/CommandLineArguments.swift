internal import ArgumentParser

/// The arguments of the program, read before the parser does.
struct CommandLineArguments {
    /// The arguments for the parser: `--env-file` before or between the words of the command follows them here.
    let arguments: [String]
    /// The command that the words name, as far as they are known.
    let command: any ParsableCommand.Type
    /// The word that should name a command of ``command`` and does not; nil if there is none.
    let unknownCommand: String?
    /// True if `--env-file` has no value, and no command follows of which the parser would say so.
    let lacksFile: Bool

    /// The words of the command at the beginning of ``arguments``.
    private let words: [String]
    /// The word that asks for help with the command that follows.
    private static let help = "help"

    /// - Parameters:
    ///   - arguments: The arguments without the program's name.
    ///   - root: The command that has all others.
    init(_ arguments: [String], of root: any ParsableCommand.Type) {
        var words: [String] = []
        var files: [String] = []
        var rest = arguments[...]
        var command = root
        var unknown: String?
        var lacksFile = false
        while let next = rest.first {
            if next == EnvironmentFileOption.name {
                files += rest.prefix(2)
                // As for the parser, what looks like an option is no value.
                let isValue = rest.dropFirst().first.map { !$0.hasPrefix("--") || $0 == "--help" } ?? false
                if !isValue { lacksFile = true }
                rest = rest.dropFirst(2)
            } else if next.hasPrefix(EnvironmentFileOption.name + "=") {
                files.append(next)
                if next == EnvironmentFileOption.name + "=" { lacksFile = true }
                rest = rest.dropFirst()
            } else if next == Self.help, words.isEmpty {
                words.append(next)
                rest = rest.dropFirst()
            } else if !next.hasPrefix("-"), !command.configuration.subcommands.isEmpty {
                guard let named = command.configuration.subcommands.first(where: { $0._commandName == next }) else {
                    unknown = next
                    break
                }
                command = named
                words.append(next)
                rest = rest.dropFirst()
            } else {
                break
            }
        }
        // Help needs no settings.
        let isHelp = words.first == Self.help || !command.configuration.subcommands.isEmpty
        self.arguments = words + (isHelp ? [] : files) + rest
        self.words = words
        self.command = command
        unknownCommand = unknown
        self.lacksFile = isHelp && lacksFile
    }

    /// A message about `--env-file` without a value; nil if ``lacksFile`` is false.
    var fileProblem: String? {
        lacksFile ? "Missing value for '\(EnvironmentFileOption.name) <path>'." : nil
    }

    /// A message about a word that names no command, with the command that may be meant; nil if there is no such word.
    var commandProblem: String? {
        guard let unknownCommand else { return nil }
        let names = command.configuration.subcommands.filter { $0.configuration.shouldDisplay }.map { $0._commandName }
        let near = Suggestion.nearest(to: unknownCommand, among: names)
        return "Unknown command '\(unknownCommand)'. "
            + (near.map { "Did you mean '\($0)'?" } ?? "Commands: \(names.joined(separator: ", ")).")
    }

    /// A message about the first option that the command does not have, with the one that may be meant; nil if there is
    /// none. The parser names an option that is missing before it names one that is unknown.
    var optionProblem: String? {
        let isGroup = !command.configuration.subcommands.isEmpty
        let names = Self.options(of: command) + (isGroup ? [EnvironmentFileOption.name] : [])
        for argument in arguments.dropFirst(words.count).prefix(while: { $0 != "--" }) where argument.hasPrefix("--") {
            let name = String(argument.prefix { $0 != "=" })
            guard !names.contains(name), let near = Suggestion.nearest(to: name, among: names) else { continue }
            return "Unknown option '\(name)'. Did you mean '\(near)'?"
        }
        return nil
    }

    /// The end of a message about a wrong command line: the usage of ``command``.
    var usage: String {
        let path = (["authfcgi"] + words.filter { $0 != Self.help }).joined(separator: " ")
        return "Usage: \(AuthFCGI.usageString(for: command))\n  See '\(path) --help' for more information."
    }

    /// The usage of a command that has commands.
    /// - Parameter path: The words of the command.
    static func usage(ofGroup path: String) -> String { "\(path) [\(EnvironmentFileOption.name) <path>] <subcommand>" }

    /// Returns the long options of a command, also those that its help does not show.
    private static func options(of command: any ParsableCommand.Type) -> [String] {
        let help = AuthFCGI.helpMessage(for: command, includeHidden: true, columns: 1000)
        let words = help.split(separator: "\n").filter { $0.hasPrefix("  -") }
            .flatMap { $0.split { $0 == " " || $0 == "," }.prefix(2) }
        return words.filter { $0.hasPrefix("--") }.map(String.init)
    }
}
