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
        // Tests check the program's own templates.
        guard templates.hasOwn else { return }
        for fault in PageFault.all(on: page, html) {
            let place = fault.text.flatMap { templates.place(ofText: $0, on: page.template) }
            let file = place.map { "\($0.file), line \($0.line)" } ?? page.template + PagesFolder.templateSuffix
            add("\(file): \(fault.advice)")
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
}
