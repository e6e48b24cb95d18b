extension Settings {
    /// Makes the pages.
    func pages() throws(PagesProblem) -> Pages {
        try Pages(PageTheme(self), folder: self.pagesFolder, formTargets: self.redirectOrigins.map(\.text))
    }

    /// Checks the operator's own templates and texts, which no command but 'serve' needs.
    func checkPages() throws(SettingsProblems) {
        // Those of the program are known to be right.
        guard self.pagesFolder != nil else { return }
        do throws(PagesProblem) {
            _ = try pages()
        } catch {
            var problems = SettingsProblems()
            for line in error.lines { problems.add("PAGES_FOLDER: \(line)") }
            throw problems
        }
    }
}
