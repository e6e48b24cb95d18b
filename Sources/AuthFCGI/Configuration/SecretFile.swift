/// A file that has the value of a secret setting.
struct SecretFile: Equatable, Sendable {
    /// The name of the setting, with the prefix.
    let setting: String
    /// The variable that names the file, as it was written.
    let variable: String
    let path: String
}

extension Settings {
    /// Returns the same settings with the present contents of their secrets' files. All others, and the pages, stay as they
    /// were read, whatever the environment file and the folder have now.
    func withSecretsReadAgain(_ host: SettingsSources.Host) throws(SettingsProblems) -> Settings {
        var environment = environment()
        for file in secretFiles {
            environment[file.setting] = nil
            environment[file.setting + "_FILE"] = file.path
        }
        var settings = try Settings(SettingsSources(environment: environment, host: host), checksFiles: false)
        settings.secretFiles = secretFiles
        settings.ownPages = ownPages
        return settings
    }
}
