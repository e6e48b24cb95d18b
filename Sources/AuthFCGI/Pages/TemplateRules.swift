/// What can be seen of templates without a page: which insert which, and what browsers would not run.
enum TemplateRules {
    /// Returns the problems with the operator's own templates.
    /// - Parameters:
    ///   - all: the templates of the program and the operator's own, by name.
    ///   - pages: the names of templates that are used without being inserted.
    static func problems(own: [String: String], all: [String: String], pages: Set<String>) -> [String] {
        let tags = all.mapValues { TemplateTags.all(in: $0) }
        let inserted = tags.mapValues { tags in tags.filter { $0.kind == .partial } }
        let used = pages.union(inserted.values.joined().map(\.name))
        var problems: [String] = []
        for (name, text) in own.sorted(by: { $0.key < $1.key }) {
            let file = name + PagesFolder.templateSuffix
            if !used.contains(name) {
                let meant = Suggestion.nearest(to: name, among: PageTemplates.builtIn.keys.sorted())
                let hint = meant.map { "; perhaps \($0)\(PagesFolder.templateSuffix) is meant" } ?? ""
                problems.append("\(file): no page has this name, and no template inserts it\(hint)")
            }
            for tag in inserted[name] ?? [] where all[tag.name] == nil {
                problems.append(
                    "\(file), line \(tag.line): there is no template \(tag.name); add it, or correct the name")
            }
            if let tag = (inserted[name] ?? []).first(where: { reaches(name, from: $0.name, inserted) }) {
                problems.append("\(file), line \(tag.line): the template inserts itself by way of \(tag.name)")
            }
            if let tag = tags[name]?.first(where: { $0.kind == .delimiters }) {
                problems.append(
                    "\(file), line \(tag.line): the delimiters of these templates are always {{ and }}; remove it")
            }
            problems += blocked(in: text).map { "\(file), line \($0.line): \($0.advice)" }
        }
        return problems
    }

    /// Returns true if a template is, or inserts, another one, whatever lies between.
    private static func reaches(
        _ goal: String, from start: String, _ inserted: [String: [TemplateTags.Tag]]
    ) -> Bool {
        var waiting = [start]
        var seen: Set<String> = []
        while let name = waiting.popLast() {
            if name == goal { return true }
            guard seen.insert(name).inserted else { continue }
            waiting += (inserted[name] ?? []).map(\.name)
        }
        return false
    }

    /// Returns what the Content-Security-Policy of the pages keeps browsers from using.
    private static func blocked(in text: String) -> [(line: Int, advice: String)] {
        text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { index, line in
            let line = line.lowercased()
            if line.contains("<script") {
                return (index + 1, "browsers run no script on these pages; remove it")
            }
            if line.contains(" style=") {
                return (index + 1, "browsers ignore style= on these pages; write a rule into style.mustache")
            }
            if line.contains("<link"), line.contains("stylesheet") {
                return (index + 1, "browsers load no style sheet on these pages; write its rules into style.mustache")
            }
            return nil
        }
    }
}
