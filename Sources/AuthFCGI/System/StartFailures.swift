internal import ArgumentParser
internal import EventLoop
internal import Logging

/// What a process that serves says before it has its log, and why it ends: sentences for whoever has started it, or with
/// LOG_FORMAT=json one object for each, as in the log.
struct StartFailures {
    private let form: LogFormName
    private let fields: [String: String]

    /// - Parameters:
    ///   - sources: The sources of LOG_FORMAT. What is wrong with other settings does not matter.
    ///   - fields: The fields of all objects.
    init(_ sources: SettingsSources, fields: [String: String] = [:]) {
        form = Settings.logForm(sources)
        self.fields = fields
    }

    /// Says what is wrong with the settings.
    /// - Returns: The exit code to throw.
    func report(_ problems: SettingsProblems) -> ExitCode {
        switch form {
        case .text: StandardError.write(problems.description)
        case .json: for line in problems.lines { writeObject(line) }
        }
        return ExitCode(SettingsProblems.exitCode)
    }

    /// Says why the process cannot start.
    /// - Parameter sentence: The reason, without a full stop.
    /// - Returns: The exit code to throw.
    func report(_ sentence: String, code: Int32) -> ExitCode {
        switch form {
        case .text: StandardError.write("authfcgi: \(sentence)\n")
        case .json: writeObject(sentence)
        }
        return ExitCode(code)
    }

    private func writeObject(_ message: String) {
        StandardError.write(LogFormat.json.line(.critical, message, fields) + "\n")
    }
}
