/// A setting: its name, form, default and meaning.
///
/// The entry in ``SettingTable`` is the only definition: help texts, `config check`, the environment of workers, and
/// the checks of the documents and deploy files are derived from it.
struct Setting<Value: Sendable>: AnySetting {
    let name: String
    let form: SettingForm<Value>
    let fallback: SettingFallback<Value>
    let meaning: String
    let isReadBare: Bool

    /// - Parameter isReadBare: False if the name without the prefix belongs to somebody else.
    init(
        _ name: String, _ form: SettingForm<Value>, default fallback: SettingFallback<Value>, _ meaning: String,
        isReadBare: Bool = true
    ) {
        self.name = name
        self.isReadBare = isReadBare
        self.form = form
        self.fallback = fallback
        self.meaning = meaning
    }

    var isSecret: Bool { form.isSecret }
    var shownType: String { form.type }
    var shownBounds: String? { form.bounds }
    var shownDefault: String { fallback.shown }
    var defaultIsLiteral: Bool { fallback.isLiteral }

    func read(
        _ given: SettingValues.Given?, _ host: SettingsSources.Host, into settings: inout Settings,
        problems: inout SettingsProblems
    ) {
        // An empty text stands for a source with a problem that has been reported already.
        if let given, given.text.isEmpty { return }
        do throws(SettingProblem) {
            settings.set(self, try value(given?.text, host))
        } catch {
            let origin = given?.path.map { "file \($0)" } ?? "\(given?.origin ?? .fallback)"
            let name = given?.variable ?? name
            switch error {
            case .wrong(let right):
                let text = SettingsProblems.quoted(given?.text ?? "")
                let example = form.showsExample ? ", such as \(fallback.shown)" : ""
                problems.add("\(name) (\(origin)) is \(text); \(right)\(example)")
            case .unfit(let what): problems.add(given == nil ? "\(name) \(what)" : "\(name) (\(origin)) \(what)")
            case .parts(let lines): for line in lines { problems.add("\(name) \(line)") }
            }
        }
    }

    private func value(_ given: String?, _ host: SettingsSources.Host) throws(SettingProblem) -> Value {
        if let given { return try form.read(given, host) }
        switch fallback {
        case .required(let hint): throw .unfit("is not set; \(hint)")
        case .text(let text): return try form.read(text, host)
        case .described(_, let value): return value(host)
        }
    }

    func text(in settings: Settings) -> String? { settings.value(of: self).flatMap(form.write) }
}
