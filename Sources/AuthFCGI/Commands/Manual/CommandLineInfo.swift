internal import ArgumentParser
internal import FoundationEssentials

/// The program's command line, as the parser describes it to tools.
struct CommandLineInfo: Decodable {
    /// A command, or a group of commands.
    struct Command: Decodable {
        let commandName: String
        let abstract: String?
        let discussion: String?
        let shouldDisplay: Bool?
        let subcommands: [Command]?
        let arguments: [Argument]?
    }

    /// An argument of a command.
    struct Argument: Decodable {
        enum Kind: String, Decodable {
            case positional
            case option
            case flag
        }

        struct Name: Decodable {
            /// The way in which the name is written: `long` with two dashes, all others with one.
            let kind: String
            let name: String
        }

        let kind: Kind
        let shouldDisplay: Bool
        let isOptional: Bool
        let names: [Name]?
        let valueName: String?
        let abstract: String?
    }

    let command: Command

    /// The command line of this program.
    static var ofProgram: CommandLineInfo {
        get throws { try JSONDecoder().decode(CommandLineInfo.self, from: Data(AuthFCGI._dumpHelp().utf8)) }
    }
}
