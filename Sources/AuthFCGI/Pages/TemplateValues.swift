internal import Mustache

/// The values of a page, or the texts of a language, by their names in templates.
struct TemplateValues: MustacheParent {
    private let values: [String: Any]
    private let unknown: UnknownNames?

    /// - Parameter unknown: collects the names that a template uses and that are not among the values.
    init(_ values: [String: Any], unknown: UnknownNames? = nil) {
        self.values = values
        self.unknown = unknown
    }

    func child(named name: String) -> Any? {
        if let value = values[name] { return value }
        unknown?.add(name, known: Array(values.keys))
        return nil
    }
}
