/// The texts of the settings that were given, and their sources.
///
/// An empty value counts as none, so that `NAME=` in a compose file or a unit has no effect.
struct SettingValues: Sendable {
    /// A text that a source gives for a setting.
    struct Given: Equatable, Sendable {
        let text: String
        let origin: SettingOrigin
        /// The name of the variable or of the flag's setting, for messages.
        let variable: String
        /// The path of the file that has the text; nil if the variable has it.
        var path: String?
    }

    private var values: [String: Given] = [:]

    /// The text of the setting with this name; nil if no source gives it.
    subscript(_ name: String) -> Given? { values[name] }

    /// The sources of the texts, by the setting's name.
    var origins: [String: SettingOrigin] { values.mapValues(\.origin) }

    /// Returns true if any source gives `setting`.
    func has(_ setting: some AnySetting) -> Bool { values[setting.name] != nil }

    /// Returns the file that has the value of `setting`; nil if a variable has it, or none.
    func secretFile(of setting: any AnySetting) -> SecretFile? {
        guard let given = values[setting.name], let path = given.path,
            let variable = setting.fileVariable(of: given.variable)
        else { return nil }
        return SecretFile(setting: setting.prefixedName, variable: variable, path: path)
    }

    /// Reads the texts from the sources, and adds what is wrong to `problems`.
    init(_ sources: SettingsSources, problems: inout SettingsProblems) {
        var file: [String: String] = [:]
        if let path = sources.environmentFile {
            do throws(TextFileError) {
                file = EnvironmentFile(parsing: try sources.host.readFile(path), path: path, problems: &problems).values
            } catch {
                problems.add("--env-file \(path) cannot be read: \(error)")
            }
        }
        let layers: [(SettingOrigin, [String: String])] = [
            (.environment, sources.environment), (.environmentFile, file),
        ]
        for setting in SettingTable.all {
            if let text = sources.flags[setting.name], !text.isEmpty {
                values[setting.name] = Given(text: text, origin: .flag, variable: setting.name)
                continue
            }
            let places = setting.variables.flatMap { variable in layers.map { (variable, $0.0, $0.1) } }
            for (variable, origin, layer) in places {
                if let given = Self.given(setting, variable, origin, layer, sources.host, &problems) {
                    values[setting.name] = given
                    break
                }
            }
        }
    }

    /// Returns the text that a variable of one source gives for `setting`, directly or in a named file.
    private static func given(
        _ setting: any AnySetting, _ variable: String, _ origin: SettingOrigin, _ layer: [String: String],
        _ host: SettingsSources.Host, _ problems: inout SettingsProblems
    ) -> Given? {
        let direct = layer[variable].flatMap { $0.isEmpty ? nil : $0 }
        let path = setting.fileVariable(of: variable).flatMap { layer[$0] }.flatMap { $0.isEmpty ? nil : $0 }
        let nothing = Given(text: "", origin: origin, variable: variable, path: path)
        switch (direct, path) {
        case (nil, nil): return nil
        case (let text?, nil): return Given(text: text, origin: origin, variable: variable)
        case (_?, _?):
            problems.add("\(variable) and \(variable)_FILE are both set (\(origin)); remove one")
            return nothing
        case (nil, let path?):
            do throws(TextFileError) {
                var text = try host.readFile(path)
                if text.last == "\n" || text.last == "\r\n" { text.removeLast() }
                if text.isEmpty { problems.add("\(variable)_FILE: \(path) is empty; it must contain the value") }
                return Given(text: text, origin: origin, variable: variable, path: path)
            } catch {
                // What is no path may be the secret itself.
                problems.add(
                    path.hasPrefix("/")
                        ? "\(variable)_FILE: \(path) cannot be read: \(error)"
                        : "\(variable)_FILE names a file that cannot be read: \(error); it must be an absolute path, and the value itself belongs into \(variable)"
                )
                return nothing
            }
        }
    }
}
