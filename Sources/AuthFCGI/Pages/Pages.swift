internal import EventLoop
internal import Mustache

/// The pages for people with a browser.
///
/// All templates are compiled when it is made, and each page is rendered in every language: with values of every kind if the
/// operator has templates or texts of their own. The sign-in page, which is asked for most, is ready from then on.
final class Pages: Sendable {
    private let theme: PageTheme
    private let templates: PageTemplates
    private let languages: PageLanguages
    /// The headers of each language.
    private let headers: [[(name: HeaderName, value: HeaderValue)]]
    /// The sign-in page of each language.
    private let signInPages: [PreparedPage]

    /// - Parameters:
    ///   - own: the operator's own templates and texts.
    ///   - formTargets: the origins outside of this site to which the answer to a form may redirect, as sources of
    ///     Content-Security-Policy. Browsers apply `form-action` to redirects too.
    /// - Throws: what is wrong with the operator's own templates and texts.
    init(_ theme: PageTheme, own: PagesFolder = .empty, formTargets: [String] = []) throws(PagesProblem) {
        let templates = try PageTemplates(own: own.templates)
        let languages = try PageLanguages(own: own.languages, keys: templates.textKeys)
        self.theme = theme
        self.templates = templates
        self.languages = languages
        let trial = PageTrial(templates)
        let samples = own.isEmpty ? Page.oneOfEach : Page.samples
        for language in languages.all {
            for page in samples { trial.look(at: page, language, theme) }
        }
        let styles = try trial.end()
        let policy = Self.policy(styles, theme.logo, formTargets)
        headers = languages.all.map { Self.headers(policy, language: $0.tag) }
        let signIn = Page.signIn(SignInPage(target: Page.mark))
        signInPages = languages.all.map { language in
            PreparedPage(templates.render(signIn, language, theme), mark: Page.mark)
        }
    }

    /// Returns a page in the language that the browser prefers.
    /// - Parameter headers: more headers than those that every page has.
    func response(
        _ page: Page, _ status: HTTPStatus = .ok, to request: OriginalRequest,
        headers: [(name: HeaderName, value: HeaderValue)] = []
    ) -> Response {
        let index = languages.index(for: request[.acceptLanguage])
        return Response(status, .html, body(page, index), headers: self.headers[index] + headers)
    }

    private func body(_ page: Page, _ index: Int) -> [UInt8] {
        if case .signIn(let signIn) = page, signIn == SignInPage(target: signIn.target) {
            return signInPages[index].body(signIn.target)
        }
        return Array(templates.render(page, languages.all[index], theme).utf8)
    }

    private static func headers(_ policy: String, language: String) -> [(name: HeaderName, value: HeaderValue)] {
        [
            (.contentSecurityPolicy, HeaderValue(encoding: policy)),
            (.contentLanguage, HeaderValue(encoding: language)),
            (.contentTypeOptions, "nosniff"),
            (.frameOptions, "DENY"),
            // The address of a page may be a secret (/auth/reset?code=…): not "same-origin", with which the request for a
            // logo of this site would have it. Nor "no-referrer", with which browsers send forms with "Origin: null".
            (.referrerPolicy, "strict-origin"),
            (.crossOriginOpenerPolicy, "same-origin"),
            (.vary, "Cookie, Accept-Language"),
        ]
    }

    private static func policy(_ styles: Set<String>, _ logo: PageLogo?, _ formTargets: [String]) -> String {
        let images = ["'self'", "data:"] + [logo?.origin].compactMap(\.self)
        let directives = [
            "default-src 'none'",
            "style-src " + (styles.isEmpty ? "'none'" : styles.sorted().joined(separator: " ")),
            "img-src " + images.joined(separator: " "),
            "form-action " + (["'self'"] + formTargets).joined(separator: " "),
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ]
        return directives.joined(separator: "; ")
    }
}
