internal import ArgumentParser

extension SettingsFlags {
    /// The sources of the settings of a command with these flags.
    var sources: SettingsSources {
        SettingsSources(
            flags: flags, environment: ProcessEnvironment.snapshot(), environmentFile: database.environmentFile,
            host: .current)
    }

    /// Returns the settings. If they are invalid, prints the problems to standard error and exits with code 78.
    /// - Parameter checksPages: true if the operator's own pages are checked too.
    func load(checksPages: Bool = false) -> Settings {
        do throws(SettingsProblems) {
            let settings = try Settings(sources)
            if checksPages { try settings.checkPages() }
            return settings
        } catch {
            StandardError.write(error.description)
            Self.exit(withError: ExitCode(SettingsProblems.exitCode))
        }
    }
}
