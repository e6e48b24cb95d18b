internal import Mustache

/// The values of a page by their names in templates.
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

/// The texts of a language by their keys in templates.
struct TemplateTexts: MustacheParent {
    private let texts: [String: TemplateText]
    private let unknown: UnknownNames?

    init(_ texts: [String: TemplateText], unknown: UnknownNames? = nil) {
        self.texts = texts
        self.unknown = unknown
    }

    func child(named key: String) -> Any? {
        if let text = texts[key] { return text }
        unknown?.add(key, known: Array(texts.keys))
        return nil
    }
}

/// The names that templates use and that have no value.
final class UnknownNames {
    /// For each name, the names that have one.
    private(set) var names: [String: [String]] = [:]

    func add(_ name: String, known: [String]) { names[name] = known }
}
