/// The texts of the settings that were given, and their sources.
///
/// An empty value counts as none, so that `NAME=` in a compose file or a unit has no effect.
struct SettingValues: Sendable {
    /// A text that a source gives for a setting.
    struct Given: Equatable, Sendable {
        let text: String
        let origin: SettingOrigin
    }

    private var values: [String: Given] = [:]

    /// The text of the setting with this name; nil if no source gives it.
    subscript(_ name: String) -> Given? { values[name] }

    /// The sources of the texts, by the setting's name.
    var origins: [String: SettingOrigin] { values.mapValues(\.origin) }

    /// Returns true if any source gives `setting`.
    func has(_ setting: some AnySetting) -> Bool { values[setting.name] != nil }

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
            (.flag, sources.flags), (.environment, sources.environment), (.environmentFile, file),
        ]
        for setting in SettingTable.all {
            for (origin, layer) in layers {
                guard let given = Self.given(setting, origin, layer, sources.host, &problems) else { continue }
                values[setting.name] = given
                break
            }
        }
    }

    /// Returns the text that one source gives for `setting`, directly or in a named file.
    private static func given(
        _ setting: any AnySetting, _ origin: SettingOrigin, _ layer: [String: String], _ host: SettingsSources.Host,
        _ problems: inout SettingsProblems
    ) -> Given? {
        let direct = layer[setting.name].flatMap { $0.isEmpty ? nil : $0 }
        let path = setting.fileName.flatMap { layer[$0] }.flatMap { $0.isEmpty ? nil : $0 }
        switch (direct, path) {
        case (nil, nil): return nil
        case (let text?, nil): return Given(text: text, origin: origin)
        case (_?, _?):
            problems.add("\(setting.name) and \(setting.name)_FILE are both set (\(origin)); remove one")
            return Given(text: "", origin: origin)
        case (nil, let path?):
            do throws(TextFileError) {
                var text = try host.readFile(path)
                if text.last == "\n" || text.last == "\r\n" { text.removeLast() }
                if text.isEmpty { problems.add("\(setting.name)_FILE: \(path) is empty; it must contain the value") }
                return Given(text: text, origin: origin)
            } catch {
                // What is no path may be the secret itself.
                problems.add(
                    path.hasPrefix("/")
                        ? "\(setting.name)_FILE: \(path) cannot be read: \(error)"
                        : "\(setting.name)_FILE names a file that cannot be read: \(error); it must be an absolute path, and the value itself belongs into \(setting.name)"
                )
                return Given(text: "", origin: origin)
            }
        }
    }
}
