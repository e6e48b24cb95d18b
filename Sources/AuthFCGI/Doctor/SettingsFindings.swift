/// What the doctor finds about settings that cannot be used.
enum SettingsFindings {
    /// - Parameters:
    ///   - problems: What is wrong with the settings of `sources`.
    ///   - looksAtNginx: Whether a configuration of nginx is looked at too.
    /// - Returns: An error for each problem. With a configuration of nginx, the machine may have no settings at all: nothing but
    ///   a database that is named nowhere is no problem there.
    static func of(_ problems: SettingsProblems, _ sources: SettingsSources, looksAtNginx: Bool) -> [Finding] {
        if looksAtNginx, problems.lines.count == 1, !namesDatabase(sources) {
            return [.skipped("nothing names the database (--env-file, DATABASE_URL): nginx alone is looked at")]
        }
        return problems.lines.map { Finding.error($0) }
    }

    /// Returns whether the operator has named a file of settings or, elsewhere, a database.
    private static func namesDatabase(_ sources: SettingsSources) -> Bool {
        if sources.environmentFile != nil { return true }
        var ignored = SettingsProblems()
        return SettingValues(sources, problems: &ignored).has(SettingTable.shared.databaseURL)
    }
}
