internal import ArgumentParser
internal import Glibc
internal import Logging

/// `authfcgi doctor`
struct Doctor: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Look for what is wrong with the installation, and say what to do.",
        discussion: """
            Looks at the settings, this machine, PostgreSQL and Redis, with the settings of 'serve', and prints a line for \
            each check: the result, the check's name, what was found and what to do. What is written to PostgreSQL is taken \
            back. With --nginx, a configuration of nginx is looked at too, with the files that it includes, for ways to open \
            the site by accident; where nothing names the database, it is looked at alone.

            \(SessionCommand.databaseHelp) Run it as the user of 'serve'.

            Exit codes: 0 no problem; 1 warnings; 2 errors.
            """)

    @Option(
        name: .customLong("nginx"),
        help: .init("An nginx configuration: nginx.conf, or the file of a site.", valueName: "file"))
    var nginxFile: String?

    @Option(help: .init("Number of pods that share the database.", valueName: "number")) var pods = 1

    @Flag(help: JSONOutput.flagHelp) var json = false
    @OptionGroup var options: CheckOptions

    func validate() throws {
        guard (1...10_000).contains(pods) else { throw ValidationError("--pods is a number from 1 to 10000.") }
    }

    func run() throws {
        let checks = DoctorTable.installation + (nginxFile == nil ? [] : DoctorTable.nginx)
        let width = isatty(STDOUT_FILENO) == 1 ? 80 : nil
        let text = DoctorText(names: [DoctorTable.settings] + checks.map(\.name), width: width)
        var report = DoctorReport()
        let settings = readSettings()
        try show(report.add(settings.entry), text)
        // The lines of connections are left out: what matters in them is a finding.
        let log = settings.value.map { CommandLog.start($0, least: .critical) }
        defer { CommandLog.finish() }
        let installation = settings.value.map { Examination($0, log ?? Self.noLog, pods: pods) }
        let nginx = nginxFile.map { NginxExamination($0) }
        for check in checks {
            let findings: [Finding]? =
                switch check.look {
                case .installation(let look): installation.map(look)
                case .nginx(let look): nginx.map(look)
                }
            if let findings { try show(report.add(check, findings), text) }
        }
        if json {
            try StandardOutput.writeLine(try JSONOutput.report(DoctorJSON(report)))
        } else {
            try StandardOutput.writeLine("\n" + DoctorText.summary(report))
        }
        if report.exitCode != 0 { throw ExitCode(report.exitCode) }
    }

    private static let noLog = Logger(label: "authfcgi") { _ in SwiftLogNoOpLogHandler() }

    private func show(_ entry: DoctorReport.Entry, _ text: DoctorText) throws(ExitCode) {
        if !json { try StandardOutput.write(text.lines(entry)) }
    }

    /// Reads the settings and the operator's pages.
    /// - Returns: The settings, or nil if they cannot be used; and what was found.
    private func readSettings() -> (value: Settings?, entry: DoctorReport.Entry) {
        let sources = options.sources
        do throws(SettingsProblems) {
            var settings = try Settings(sources)
            try settings.readPages()
            let readable = Finding.fine("the settings and the files that they name can be read")
            let hints = settings.hints.map { Finding.note($0) }
            return (settings, Self.entry([readable] + hints + sources.unknownVariables.map(\.finding)))
        } catch {
            return (nil, Self.entry(SettingsFindings.of(error, sources, looksAtNginx: nginxFile != nil)))
        }
    }

    private static func entry(_ findings: [Finding]) -> DoctorReport.Entry {
        DoctorReport.Entry(
            check: DoctorTable.settings, subject: "the settings and the files that they name", findings: findings)
    }
}
