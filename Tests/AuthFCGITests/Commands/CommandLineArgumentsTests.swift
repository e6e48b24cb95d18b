import Testing

@testable import AuthFCGI

struct CommandLineArgumentsTests {
    private func arguments(_ line: String) -> [String] {
        CommandLineArguments(line.split(separator: " ").map(String.init), of: AuthFCGI.self).arguments
    }

    @Test(arguments: [
        ("--env-file f user list --json", "user list --env-file f --json"),
        ("user --env-file f list", "user list --env-file f"), ("--env-file=f serve x", "serve --env-file=f x"),
        ("user list --env-file f", "user list --env-file f"), ("serve --env-file", "serve --env-file"),
        ("--env-file f user add --name --env-file", "user add --env-file f --name --env-file"),
        ("--env-file f", ""), ("--env-file", ""), ("--env-file f user --help", "user --help"),
        ("help user list", "help user list"), ("--version", "--version"), ("", ""),
    ])
    func `--env-file before the command follows it for the parser`(_ line: String, _ parsed: String) {
        #expect(arguments(line) == parsed.split(separator: " ").map(String.init))
    }

    @Test func `groups may have spaces beside their commas`() {
        #expect(GroupNames(argument: "staff, admin ,, on call")?.names == ["staff", "admin", "on call"])
    }

    @Test(arguments: [
        ("--env-file", true), ("user --env-file", true), ("help --env-file", true), ("--env-file --json", true),
        ("--env-file=", true), ("config --env-file=", true), ("--env-file f", false), ("--env-file=f user", false),
        ("--env-file --help", false), ("", false),
        // The parser says so of a command.
        ("serve --env-file", false), ("--env-file --json user list", false),
    ])
    func `--env-file without a value is missed where the parser does not see it`(_ line: String, _ isMissed: Bool) {
        let parsed = CommandLineArguments(line.split(separator: " ").map(String.init), of: AuthFCGI.self)
        #expect(parsed.lacksFile == isMissed)
    }

    @Test(
        arguments: [
            ("serv", ["serve", "session"], "serve"), ("LST", ["list"], nil), ("foo", ["add", "list"], nil),
            ("rm", ["add"], nil), ("passwrd", ["passwd", "password"], "passwd"), ("delet", ["delete"], "delete"),
        ] as [(String, [String], String?)])
    func `a word is suggested that shares most letters`(_ word: String, _ candidates: [String], _ meant: String?) {
        #expect(Suggestion.nearest(to: word, among: candidates) == meant)
    }
}
