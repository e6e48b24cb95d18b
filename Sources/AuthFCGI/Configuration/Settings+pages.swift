extension Settings {
    /// Makes the pages, with the files that ``readPages()`` has read, or that a supervisor has passed.
    func pages() throws(PagesProblem) -> Pages {
        try Pages(PageTheme(self), own: ownPages, formTargets: self.redirectOrigins.map(\.text))
    }

    /// Reads and checks the operator's own templates and texts, which no command but 'serve' and 'config check' needs. They
    /// belong to these settings from now on: no worker reads the folder.
    mutating func readPages() throws(SettingsProblems) {
        // Without a folder there is nothing to check: tests check the program's own templates.
        guard let folder = self.pagesFolder else { return }
        do throws(PagesProblem) {
            ownPages = try PagesFolder(path: folder)
            _ = try pages()
        } catch {
            var problems = SettingsProblems()
            for line in error.lines { problems.add("PAGES_FOLDER: \(line)") }
            throw problems
        }
    }
}
