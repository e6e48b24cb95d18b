internal import ArgumentParser

extension SettingsOptions {
    /// Where a command that was given these flags has its settings from.
    var sources: SettingsSources {
        SettingsSources(
            flags: flags, environment: ProcessEnvironment.snapshot(), environmentFile: environmentFile, host: .current)
    }

    /// The settings; when they cannot be used, says why on standard error and ends the process with exit code 78.
    func load() -> Settings {
        do throws(SettingsProblems) {
            return try Settings(sources)
        } catch {
            StandardError.write(error.description)
            Self.exit(withError: ExitCode(SettingsProblems.exitCode))
        }
    }
}
