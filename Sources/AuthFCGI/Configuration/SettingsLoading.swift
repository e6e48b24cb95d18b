internal import ArgumentParser

extension SettingsFlags {
    /// The sources of the settings of a command with these flags.
    var sources: SettingsSources {
        SettingsSources(
            flags: flags, environment: ProcessEnvironment.snapshot(), environmentFile: database.environmentFile,
            host: .current)
    }

    /// Returns the settings. If they are invalid, prints the problems to standard error and exits with code 78.
    /// - Parameter readsPages: true if the operator's own pages are read and checked too.
    func load(readsPages: Bool = false) -> Settings {
        do throws(SettingsProblems) {
            var settings = try Settings(sources)
            if readsPages { try settings.readPages() }
            return settings
        } catch {
            StandardError.write(error.description)
            Self.exit(withError: ExitCode(SettingsProblems.exitCode))
        }
    }
}
