internal import Mustache

/// The compiled templates of the pages: those of the program, and the operator's own in their place.
///
/// They are compiled as plain text, so that the library escapes nothing: all values are ``TemplateText``, which is escaped
/// already.
struct PageTemplates: Sendable {
    private let library: MustacheLibrary
    /// The operator's own templates, by name.
    private let own: [String: String]

    /// - Throws: what is wrong with the operator's templates, as far as it can be seen without a page.
    init(own: [String: String]) throws(PagesProblem) {
        self.own = own
        let all = Self.builtIn.merging(own) { _, own in own }
        var library = MustacheLibrary()
        var problems: [String] = []
        for (name, text) in all.sorted(by: { $0.key < $1.key }) {
            do throws(PagesProblem) {
                library.register(try Self.compile(name, text), named: name)
            } catch {
                problems += error.lines
            }
        }
        self.library = library
        problems += TemplateRules.problems(own: own, all: all, pages: Self.pages)
        guard problems.isEmpty else { throw PagesProblem(problems) }
    }

    /// Returns a template with values in it.
    func render(_ name: String, _ values: TemplateValues) -> String {
        // init(own:) compiles all templates of pages.
        guard let text = library.render(values, withTemplate: name) else {
            preconditionFailure("there is no template \(name)")
        }
        return text
    }

    /// The keys that templates use of the texts: `KEY` of `{{text.KEY}}`.
    var textKeys: Set<String> {
        Set(
            own.values.flatMap { TemplateTags.all(in: $0) }.compactMap { tag in
                tag.name.hasPrefix("text.") ? String(tag.name.dropFirst("text.".count)) : nil
            })
    }

    /// Returns the file and the line of the operator's first template that uses a value. That of the page comes first.
    func place(of value: String, on page: String) -> (file: String, line: Int)? {
        place(on: page) { TemplateTags.line(of: value, in: $0) }
    }

    /// Returns the file and the line of the operator's first template with a text, whatever its case. That of the page comes
    /// first.
    func place(ofText text: String, on page: String) -> (file: String, line: Int)? {
        place(on: page) { template in
            let lines = template.split(separator: "\n", omittingEmptySubsequences: false)
            return lines.firstIndex { $0.lowercased().contains(text.lowercased()) }.map { $0 + 1 }
        }
    }

    private func place(on page: String, _ find: (String) -> Int?) -> (file: String, line: Int)? {
        let names = [page] + own.keys.filter { $0 != page }.sorted()
        for name in names {
            guard let text = own[name], let line = find(text) else { continue }
            return (name + PagesFolder.templateSuffix, line)
        }
        return nil
    }

    /// True if the operator has templates.
    var hasOwn: Bool { !own.isEmpty }

    /// The names of the templates that are pages.
    static let pages = Set(Page.oneOfEach.map(\.template))

    static let builtIn: [String: String] = [
        "account": PackageResources.account_mustache,
        "layout": PackageResources.layout_mustache,
        "message": PackageResources.message_mustache,
        "new-password": PackageResources.new_password_mustache,
        "new-password-fields": PackageResources.new_password_fields_mustache,
        "notice": PackageResources.notice_mustache,
        "sign-in": PackageResources.sign_in_mustache,
        "sign-out": PackageResources.sign_out_mustache,
        "signed-out": PackageResources.signed_out_mustache,
        "style": PackageResources.style_mustache,
    ].mapValues { String(decoding: $0, as: UTF8.self) }

    /// A line before each template. Each needs its own: a template that is inserted does not take over the other's.
    private static let beginning = "{{%CONTENT_TYPE:TEXT}}\n"

    private static func compile(_ name: String, _ text: String) throws(PagesProblem) -> MustacheTemplate {
        do {
            return try MustacheTemplate(string: beginning + text)
        } catch {
            let problem = error as? MustacheTemplate.ParserError
            throw PagesProblem(
                file: name + PagesFolder.templateSuffix, line: problem.map { max(1, $0.context.lineNumber - 1) },
                advice(problem?.error as? MustacheTemplate.Error))
        }
    }

    private static func advice(_ error: MustacheTemplate.Error?) -> String {
        switch error {
        case .sectionCloseNameIncorrect:
            "this tag does not end the section or block that was begun last; write that one's name in it"
        case .expectedSectionEnd: "a section or block is not ended; add {{/NAME}}"
        case .unfinishedName, nil: "a tag is not finished, or its name has other characters than A-Z a-z 0-9 . - _"
        case .invalidSetDelimiter: "the delimiters of these templates are always {{ and }}; remove it"
        case .transformAppliedToInheritanceSection: "a block {{$NAME}} takes a name alone"
        case .illegalTokenInsideInheritSection, .textInsideInheritSection:
            "between {{<NAME}} and {{/NAME}} only blocks {{$BLOCK}} count; put the rest into one of them"
        case .invalidConfigVariableSyntax, .unrecognisedConfigVariable: "remove this {{% }}"
        }
    }
}
