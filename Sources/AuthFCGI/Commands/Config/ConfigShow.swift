internal import ArgumentParser

/// `authfcgi config show`
struct ConfigShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show the value of each setting, and where it comes from.",
        usage: "authfcgi config show [\(EnvironmentFileOption.name) <path>] [--json] [<options>]",
        discussion: """
            A value comes from a flag, a variable with the prefix AUTHFCGI_, one without it, or is the default, in this order of \
            precedence. For either name the environment counts before the file given with --env-file. The values of \
            secrets are not shown. No server is asked.

            Exit codes: 0 the settings are valid; 78 they are not, and 'config check --settings-only' has the same problems.
            """)

    @Flag(help: JSONOutput.flagHelp) var json = false
    @OptionGroup var options: SettingsOptions

    func run() throws {
        let settings = options.load()
        for variable in options.sources.unknownVariables {
            StandardError.write("authfcgi: \(variable.finding.sentence)\n")
        }
        let shown = SettingTable.all.map { ShownSetting($0, in: settings) }
        guard !json else { return try StandardOutput.writeLine(try JSONOutput.report(["settings": shown])) }
        var table = TextTable(["SETTING", "SOURCE", "VALUE"])
        try StandardOutput.write(table.lines(shown.map { [$0.name, $0.source, $0.text] }))
    }
}
