/// Renders pages to find what is wrong with templates, and which styles they have.
final class PageTrial {
    private let templates: PageTemplates
    private var problems: [String] = []
    private var styles: Set<String> = []

    init(_ templates: PageTemplates) {
        self.templates = templates
    }

    /// Renders a page.
    func look(at page: Page, _ language: PageLanguage, _ theme: PageTheme) {
        let unknown = UnknownNames()
        let html = templates.render(page, language, theme, unknown: unknown)
        styles.formUnion(StyleElements.sources(in: html))
        for (name, known) in unknown.names.sorted(by: { $0.key < $1.key }) {
            let place = templates.place(of: name, on: page.template)
            let meant = Suggestion.nearest(to: name, among: known.sorted())
            let hint = meant.map { "; perhaps \($0) is meant" } ?? ""
            let file = place.map { "\($0.file), line \($0.line)" } ?? page.template + PagesFolder.templateSuffix
            add("\(file): the page \(page.template) has no value \(name)\(hint)")
        }
        for field in page.requiredFields where !Self.has(field, html) {
            add(
                "\(page.template)\(PagesFolder.templateSuffix): there is no field \(field.name); "
                    + "without it the form cannot work")
        }
    }

    /// Returns the sources of all styles for Content-Security-Policy.
    func end() throws(PagesProblem) -> Set<String> {
        guard problems.isEmpty else { throw PagesProblem(problems) }
        return styles
    }

    /// A problem on several pages, or in several languages, is one problem.
    private func add(_ problem: String) {
        if !problems.contains(problem) { problems.append(problem) }
    }

    private static func has(_ field: RequiredField, _ html: String) -> Bool {
        let named = ["\"\(field.name)\"", "'\(field.name)'", "\(field.name) ", "\(field.name)>"]
        return named.contains { html.contains("name=" + $0) } && (field.value.map { html.contains($0) } ?? true)
    }
}

/// A field without which a form does not do what it is for.
struct RequiredField {
    let name: String
    /// A text that has to be there with it.
    var value: String?
}

extension Page {
    fileprivate var requiredFields: [RequiredField] {
        switch self {
        case .signIn:
            [
                RequiredField(name: "rd", value: Self.mark), RequiredField(name: "username"),
                RequiredField(name: "password"),
            ]
        case .newPassword:
            [
                RequiredField(name: "code", value: Self.mark), RequiredField(name: "new_password"),
                RequiredField(name: "repeated_password"),
            ]
        case .signOut, .signedOut, .account, .notice: []
        }
    }
}
