import Testing

@testable import AuthFCGI

/// Own templates with which a page would not work, or would show what is secret.
@Suite struct PageFaultTests {
    private func problems(_ name: String, _ template: String) -> [String] {
        do throws(PagesProblem) {
            _ = try Pages(PageTheme(), own: PagesFolder(templates: [name: template], languages: [:]))
            return []
        } catch {
            return error.lines
        }
    }

    private func builtIn(_ name: String) -> String { PageTemplates.builtIn[name] ?? "" }

    @Test(arguments: [
        ("sign-in", " method=\"post\"", "", "line 8: the form for /auth/login needs method=\"post\""),
        ("sign-in", "\"post\"", "GET", "the form for /auth/login needs method=\"post\""),
        ("sign-in", "<button>", "<button formmethod=get>", "the form for /auth/login needs method=\"post\""),
        ("sign-in", "/auth/login", "/login", "line 8: action=\"/login\" is no address that takes a form"),
        ("sign-in", " action=\"/auth/login\"", "", "there is no form with action=\"/auth/login\""),
        ("sign-in", "/auth/login", "/auth/logout", "there is no form with action=\"/auth/login\""),
        ("sign-in", "\"/auth/login\"", "/auth/login enctype=text/plain", "is not read with this enctype="),
        ("sign-in", "type=\"password\"", "type=\"text\"", "the field password shows what is typed"),
        ("sign-in", "type=\"password\"", "", "the field password shows what is typed"),
        ("sign-in", "value=\"{{target}}\"", "value=\"/\"", "the field rd needs value=\"{{target}}\""),
        ("sign-in", "name=\"username\"", "name=\"username\" disabled", "there is no field username"),
        ("sign-in", "button>", "p>", "the form for /auth/login has no button; add <button>"),
        ("sign-in", "<button>", "<button formaction=/x>", "formaction=\"/x\" is no address that takes a form"),
        ("sign-in", "<form", "<form onsubmit=\"x()\"", "line 8: browsers run no onsubmit= on these pages"),
        ("sign-in", "<h1>", "<h1 OnClick='x'>", "line 4: browsers run no onclick= on these pages; remove it"),
        ("sign-in", "<h1>", "<a href=javascript:x>x</a><h1>", "browsers run no javascript: on these pages"),
        ("sign-in", "<h1>", "<iframe src=/x></iframe><h1>", "line 4: browsers ignore <iframe> on these pages"),
        ("sign-in", "<h1>", "<!-- <form> --><textarea><form></textarea><h1>", ""),
        ("sign-in", "<h1>", "<form action=\"/search\"><input name=q></form><h1>", ""),
        ("new-password-fields", "type=\"password\"", "type=text", "the field new_password shows what is typed"),
        ("new-password", "method=\"post\"", "", "the form for /auth/reset needs method=\"post\""),
        ("account", "action=\"/auth/password\"", "action=\"/password\"", "action=\"/password\" is no address"),
        ("account", "name=\"current_password\" type=\"password\"", "name=\"current_password\"", "shows what is typed"),
        ("account", "<form", "<div", "there is no form with action=\"/auth/account\" or action=\"/auth/password\" or"),
        ("sign-out", "<form", "<div", "there is no form with action=\"/auth/logout\"; without it the page cannot work"),
        ("sign-out", "<button>", "<p>", "the form for /auth/logout has no button; add <button>"),
        ("layout", "content=\"{{refresh}}\"", "content=\"0;url=https://evil.example/\"", "leads elsewhere"),
        (
            "layout", "{{#refresh}}", "{{^refresh}}",
            "layout.mustache, line 9: <meta http-equiv=\"refresh\"> leads elsewhere"
        ),
    ])
    func `a page that would not work, or would show what is secret, is refused`(
        _ name: String, _ right: String, _ wrong: String, _ problem: String
    ) {
        let template = builtIn(name)
        #expect(template.contains(right))
        let lines = problems(name, template.replacing(right, with: wrong))
        if problem.isEmpty {
            #expect(lines == [])
        } else {
            #expect(lines.contains { $0.contains(problem) && $0.contains(".mustache") }, "\(lines)")
        }
    }

    @Test(arguments: ["notice", "signed-out"])
    func `an empty page is refused`(_ name: String) {
        for template in ["", "<title>x</title>\n<style>a{}</style><p></p>"] {
            #expect(problems(name, template) == ["\(name).mustache: the page shows no text; write one"])
        }
    }

    @Test func `tags are read as browsers read them`() {
        var scanner = HTMLScanner(
            "<!doctype html><A b=1 B=2 c d = 'e>\"' f=\"g\\nh\"/><!-- <x> --><style><y></STYLE ><?z?></a>\n<unended q=")
        var tags: [HTMLTag] = []
        while let tag = scanner.next() { tags.append(tag) }
        #expect(
            tags == [
                HTMLTag(name: "a", attributes: ["b": "1", "c": "", "d": "e>\"", "f": "g\\nh"]),
                HTMLTag(name: "style", attributes: [:]), HTMLTag(name: "/style", attributes: [:]),
                HTMLTag(name: "/a", attributes: [:]), HTMLTag(name: "unended", attributes: ["q": ""]),
            ])
        #expect(!scanner.hasText)
        scanner = HTMLScanner("<p>1 < 2")
        while scanner.next() != nil {}
        #expect(scanner.hasText)
    }
}
