/// The manual page authfcgi(1), made of what the program knows of its commands and settings.
struct ManualPage {
    private let root: CommandLineInfo.Command

    /// - Parameter root: The command that has all others.
    init(_ root: CommandLineInfo.Command) {
        self.root = root
    }

    /// The page, in roff.
    var text: String {
        var lines = [".TH AUTHFCGI 1 \"\" \"authfcgi \(Version.current)\" \"User Commands\""]
        lines += head
        lines.append(Roff.section("COMMANDS"))
        lines += commands(of: root, path: [root.commandName])
        for part in [settings, signals, exitStatus, files, end] { lines += part }
        return lines.joined(separator: "\n") + "\n"
    }

    private var head: [String] {
        [
            Roff.section("NAME"), "authfcgi \\- " + Roff.text(Self.sentence(root.abstract, ends: false)),
            Roff.section("SYNOPSIS"),
            "\(Roff.bold("authfcgi")) [\(Roff.bold("--env-file")) \(Roff.italic("path"))] "
                + "\(Roff.italic("command")) [\(Roff.italic("options"))]",
            Roff.section("DESCRIPTION"),
        ]
            + Roff.paragraph(
                """
                authfcgi answers nginx's auth_request: 200 with the identity of the user, 401, 403 or 503. It signs users in \
                and out, and keeps their sessions in PostgreSQL, with Redis in front of it if there is one. 'authfcgi serve' is \
                the program that nginx asks; the other commands manage users and sessions, and look after the database.
                """)
    }

    // MARK: Commands

    private func commands(of command: CommandLineInfo.Command, path: [String]) -> [String] {
        guard command.shouldDisplay ?? true else { return [] }
        if let subcommands = command.subcommands, !subcommands.isEmpty {
            return subcommands.filter { $0.commandName != "help" }.flatMap {
                commands(of: $0, path: path + [$0.commandName])
            }
        }
        let arguments = (command.arguments ?? []).filter { isOwn($0, of: path) }
        let words = arguments.filter { $0.kind == .positional }.map { " " + Self.usage($0) }
        let paragraphs = (command.discussion ?? "").replacing("\n\n", with: "\u{0}").split(separator: "\u{0}")
        var lines = [".SS \"\(Roff.text(path.joined(separator: " ")))\(words.joined())\""]
        lines += Roff.paragraph(Self.sentence(command.abstract))
        for paragraph in paragraphs { lines += Roff.paragraph(paragraph) }
        for argument in arguments { lines += Roff.entry(Self.tag(argument), Self.sentence(argument.abstract)) }
        return lines
    }

    /// Returns false for options that every command has, and for the settings, which have a section of their own.
    private func isOwn(_ argument: CommandLineInfo.Argument, of path: [String]) -> Bool {
        guard argument.shouldDisplay else { return false }
        let names = (argument.names ?? []).map(\.name)
        var settings = Set(SettingTable.all.compactMap(\.flag))
        // Elsewhere it is the user whom the command concerns.
        if path.last != "serve" { settings.remove("user") }
        return names.allSatisfy { !["help", "h", "version", "env-file"].contains($0) && !settings.contains($0) }
    }

    private static func usage(_ argument: CommandLineInfo.Argument) -> String {
        let name = Roff.italic(argument.valueName ?? "value")
        return argument.isOptional ? "[\(name)]" : name
    }

    private static func tag(_ argument: CommandLineInfo.Argument) -> String {
        let names = (argument.names ?? []).map { Roff.bold(($0.kind == "long" ? "--" : "-") + $0.name) }
        let value = argument.valueName.map { Roff.italic($0) } ?? ""
        switch argument.kind {
        case .positional: return value
        case .flag: return names.joined(separator: ", ")
        case .option: return names.joined(separator: ", ") + " " + value
        }
    }

    /// Returns a text with one full stop at its end, or without.
    private static func sentence(_ text: String?, ends: Bool = true) -> String {
        let words = (text ?? "").split(whereSeparator: \.isNewline).joined(separator: " ")
        let bare = words.hasSuffix(".") ? String(words.dropLast()) : words
        return ends && !bare.isEmpty ? bare + "." : bare
    }

    // MARK: Settings

    private var settings: [String] {
        [Roff.section("SETTINGS")]
            + Roff.paragraph(
                """
                A setting is a flag of 'authfcgi serve', an environment variable, or a line of the file given with --env-file, \
                in this order of precedence. A variable is also read without the prefix AUTHFCGI_, except for AUTHFCGI_USER; \
                one with the prefix wins, also if it is in the file and the other in the environment. A secret has no flag, and \
                may be in a file that a variable with _FILE at its end names. The program notices by itself when that file changes.
                """) + SettingTable.all.flatMap { Self.entry($0) }
    }

    private static func entry(_ setting: any AnySetting) -> [String] {
        var tag = Roff.bold(setting.documentedName)
        if let flag = setting.flag { tag += ", " + Roff.bold("--" + flag) + " " + Roff.italic(setting.shownType) }
        if setting.isSecret { tag += ", " + Roff.bold(setting.documentedName + "_FILE") }
        let bounds = setting.shownBounds.map { "\($0); " } ?? ""
        return Roff.entry(tag, "\(setting.meaning) (\(bounds)default: \(setting.shownDefault)).")
    }

    // MARK: The rest

    private var signals: [String] {
        [Roff.section("SIGNALS")]
            + Roff.entry(
                Roff.bold("SIGTERM"),
                "'authfcgi serve' finishes the requests in flight and ends; a second one ends it at once.")
            + Roff.entry(
                Roff.bold("SIGHUP"),
                """
                The settings are read again, and the workers are replaced one by one. With settings or a database that \
                cannot be used the old ones stay.
                """)
    }

    private var exitStatus: [String] {
        [Roff.section("EXIT STATUS")]
            + ProgramExit.allCases.flatMap { code in
                Roff.entry(Roff.bold("\(code.rawValue)"), Self.meaning(of: code))
            }
            + Roff.paragraph("'doctor' has exit codes of its own: 0 for no problem, 1 for warnings, 2 for errors.")
    }

    /// Returns the meaning in the documents, as a sentence without Markdown.
    private static func meaning(of code: ProgramExit) -> String {
        let words = sentence(code.meaning.replacing("`", with: "'"))
        return words.prefix(1).uppercased() + words.dropFirst()
    }

    private var files: [String] {
        [Roff.section("FILES")]
            + Roff.entry(Roff.italic("/etc/authfcgi/authfcgi.env"), "The settings of the systemd unit.")
            + Roff.entry(Roff.italic("/run/authfcgi/authfcgi.sock"), "The socket that nginx asks.")
    }

    private var end: [String] { [Roff.section("SEE ALSO"), "\(Roff.bold("nginx"))(8), \(Roff.bold("psql"))(1)"] }
}
