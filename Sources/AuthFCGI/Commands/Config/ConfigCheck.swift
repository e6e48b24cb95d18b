internal import ArgumentParser
internal import Logging
internal import Sessions

/// `authfcgi config check`
struct ConfigCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check that 'serve' can start with these settings.",
        discussion: """
            Does what 'serve' does at its start, except to answer requests and to change anything: reads the settings \
            and the files that they name, opens the sockets under other names, computes password hashes, connects to \
            PostgreSQL, tries the migrations and rolls them back, looks at the rights, owners and triggers of the \
            tables, looks a session up, plans AUTHFCGI_USERS_QUERY or AUTHFCGI_USERS_PRESET and AUTHFCGI_USERS_REHASH \
            without running them, and connects to Redis. All problems are reported. With --listen systemd or fd:0 the \
            sockets need not be there yet; a note says so.

            With --settings-only no server is needed: only the settings and the files that they name are checked.

            Exit codes: 0 no problem; 69 a server is unavailable, refuses the connection or does not answer, even if \
            'serve' would start without it; 78 a setting, a right, the socket's directory or the database needs an operator, \
            even if 'serve' would start and log an error.
            """)

    @Flag(name: .customLong("settings-only"), help: "Check the settings alone, without a server.")
    var settingsOnly = false

    @Flag(help: JSONOutput.flagHelp) var json = false
    @OptionGroup var options: CheckOptions

    func run() throws {
        let settings = options.load(readsPages: true)
        let notes = settings.hints.map { "Note: \($0)." } + options.sources.unknownVariables.map(\.note)
        if settingsOnly { return try show(["The settings are valid. No server was asked."] + notes, isValid: true) }
        // The usual lines of a start are left out.
        let log = CommandLog.start(settings, least: .warning)
        defer { CommandLog.finish() }
        let report = check(Examination(settings, log, isThorough: false))
        let isValid = report.exitCodeOfStart == nil
        let summary = isValid ? ["The settings are valid, and the database answers."] : []
        let findings = MachineChecks.starter(settings) + report.findings
        try show(summary + findings.compactMap(line) + notes, isValid: isValid)
        if let code = report.exitCodeOfStart { throw ExitCode(code) }
    }

    /// Makes the checks of the start. Problems go to standard error, at once.
    private func check(_ examination: Examination) -> DoctorReport {
        var report = DoctorReport()
        for check in DoctorTable.ofStart {
            guard case .installation(let look) = check.look else { continue }
            let findings = look(examination)
            for finding in findings {
                switch finding.weight {
                case .error(let code): _ = CommandFailure.fail(finding.sentence, code: code)
                case .warning: examination.log.warning("\(finding.sentence)")
                case .fine, .skipped, .note: break
                }
            }
            report.add(.init(check: check.name, subject: check.subject, findings: findings))
        }
        return report
    }

    /// Returns the line of a finding on standard output; nil for those on standard error.
    private func line(_ finding: Finding) -> String? {
        switch finding.weight {
        case .fine: "\(finding.sentence.prefix(1).uppercased())\(finding.sentence.dropFirst())."
        case .note: "Note: \(finding.sentence)."
        case .skipped, .warning, .error: nil
        }
    }

    private func show(_ findings: [String], isValid: Bool) throws {
        guard json else { return try findings.forEach { try StandardOutput.writeLine($0) } }
        try StandardOutput.writeLine(
            try JSONOutput.object(["findings": .texts(findings), "valid": .flag(isValid)]))
    }
}

extension UnknownVariable {
    /// The variable as a line of the check.
    fileprivate var note: String { "Note: \(finding.sentence)\(meant == nil ? "." : "")" }
}
