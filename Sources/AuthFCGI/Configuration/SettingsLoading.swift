internal import ArgumentParser

extension SettingsFlags {
    /// The sources of the settings of a command with these flags.
    var sources: SettingsSources {
        SettingsSources(
            flags: flags, environment: ProcessEnvironment.snapshot(), environmentFile: database.environmentFile,
            host: .current)
    }

    /// Returns the settings. If they are invalid, prints the problems to standard error and exits with code 78.
    func load() -> Settings {
        do throws(SettingsProblems) {
            return try Settings(sources)
        } catch {
            StandardError.write(error.description)
            Self.exit(withError: ExitCode(SettingsProblems.exitCode))
        }
    }
}
