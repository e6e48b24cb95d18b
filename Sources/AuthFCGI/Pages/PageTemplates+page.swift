extension PageTemplates {
    /// Returns a page as HTML.
    /// - Parameter unknown: collects the names that the templates use and that the page does not have.
    func render(
        _ page: Page, _ language: PageLanguage, _ theme: PageTheme, unknown: UnknownNames? = nil
    ) -> String {
        var values = page.values(language)
        values["text"] = TemplateValues(language.escaped, unknown: unknown)
        values["language"] = TemplateText(language.tag)
        values["refresh"] = TemplateText(page.refreshInterval.map { "\($0)" } ?? "")
        values.merge(theme.values) { own, _ in own }
        return render(page.template, TemplateValues(values, unknown: unknown))
    }
}

extension PageTheme {
    /// The values of all pages by their names in templates.
    fileprivate var values: [String: Any] {
        [
            "siteTitle": TemplateText(title ?? ""), "siteText": TemplateText(text ?? ""),
            "logo": TemplateText(logo?.address ?? ""), "hasHead": title != nil || logo != nil,
            "icon": TemplateText(logo?.address ?? icon),
            "accentOnLight": TemplateText("\(accentOnLight)"), "accentOnDark": TemplateText("\(accentOnDark)"),
        ]
    }

    /// A picture for the browser's tab, in the address, so that browsers ask the site for none.
    private var icon: String {
        "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'>"
            + "<rect width='32' height='32' rx='8' fill='\(accentOnLight)'/>".replacing("#", with: "%23")
            + "<path fill='white' d='M16 8a4 4 0 0 0-2 7.5L13 24h6l-1-8.5A4 4 0 0 0 16 8z'/></svg>"
    }
}
