import Testing

@testable import AuthFCGI

/// The operator's own templates and texts.
@Suite struct OwnPagesTests {
    private func html(_ page: Page, _ own: PagesFolder, _ language: String = "en") throws -> String {
        let request = OriginalRequest([(.acceptLanguage, language)])
        let response = try Pages(PageTheme(), own: own).response(page, to: request)
        return String(decoding: response.body, as: UTF8.self)
    }

    private func problems(_ templates: [String: String] = [:], _ languages: [String: String] = [:]) -> [String] {
        do throws(PagesProblem) {
            _ = try Pages(PageTheme(), own: PagesFolder(templates: templates, languages: languages))
            return []
        } catch {
            return error.lines
        }
    }

    // MARK: Templates

    @Test func `the program's own templates are as right as an operator's have to be`() {
        #expect(problems(PageTemplates.builtIn) == [])
    }

    @Test func `a template replaces that of the program, and all others stay`() throws {
        let own = PagesFolder(templates: ["signed-out": "<h1>Bye</h1>{{>style}}"], languages: [:])
        #expect(try html(.signedOut, own).hasPrefix("<h1>Bye</h1>:root{"))
        #expect(try html(.signOut, own).contains("<h1>Sign out</h1>"))
    }

    @Test func `values are escaped whatever the template says`() throws {
        let template = "{{displayName}}|{{{displayName}}}|{{&displayName}}|{{#sessions}}{{{label}}}{{/sessions}}"
        let form = "<form method=post action=/auth/logout><button>x</button></form>"
        let own = PagesFolder(templates: ["account": template + form], languages: [:])
        var page: AccountPage?
        for case .account(let sample) in Page.samples { page = sample }
        var account = try #require(page)
        account.name = "<b>\"\u{301}"
        let shown = "&lt;b&gt;&quot;\u{301}"
        #expect(try html(.account(account), own) == "\(shown)|\(shown)|\(shown)|nightly backup" + form)
    }

    @Test func `styles of own templates are permitted, with line breaks of any kind`() throws {
        let own = PagesFolder(
            templates: ["signed-out": "\u{feff}<style media=\"all\">\r\na{}\r\n</style><style>b{}</style>Bye"],
            languages: [:])
        let response = try Pages(PageTheme(), own: own).response(.signedOut, to: OriginalRequest([(.method, "GET")]))
        let html = String(decoding: response.body, as: UTF8.self)
        #expect(html == "<style media=\"all\">\na{}\n</style><style>b{}</style>Bye")
        let policy = response.headers.first { $0.name.text.description == "Content-Security-Policy" }?.value.text ?? ""
        // printf '\na{}\n' | openssl dgst -sha256 -binary | base64
        for hash in ["qCar8pRQiWlgDxN7Kk6boSJXmhcN4LB/65l3d2ZDO+g=", "7yqHVAesot11p6HczDsgKRipvI5UPgs97z80zNXlans="] {
            #expect(policy.contains("'sha256-\(hash)'"))
        }
        #expect(policy.ranges(of: "sha256-").count == 3)
    }

    @Test(arguments: [
        ("<h1>x</h1>\n{{#message}}\n{{/mesage}}", "line 3: this tag does not end the section"),
        ("{{#message}}\n<p>", "line 2: a section or block is not ended; add {{/NAME}}"),
        ("\n\n{{target", "line 3: a tag is not finished"),
        ("{{user name}}", "line 1: a tag is not finished, or its name has other characters"),
        ("{{<layout}}\n{{#message}}{{/message}}\n{{/layout}}", "only blocks {{$BLOCK}} count"),
        ("{{%X:y}}", "remove this {{% }}"),
        ("a\n{{>footer}}", "line 2: there is no template footer; add it, or correct the name"),
        ("a\n{{>sign-in}}", "line 2: the template inserts itself by way of sign-in"),
        ("{{=<% %>=}}", "line 1: the delimiters of these templates are always {{ and }}; remove it"),
        ("<p>\n<SCRIPT src=x>", "line 2: browsers run no script on these pages; remove it"),
        ("<p style=\"x\">", "line 1: browsers ignore style= on these pages; write a rule into style.mustache"),
        ("<link rel=stylesheet href=x>", "line 1: browsers load no style sheet on these pages"),
        ("\n{{usrname}}", "line 2: the page sign-in has no value usrname; perhaps username is meant"),
        ("{{text.singIn}}", "line 1: the page sign-in has no value singIn; perhaps signIn is meant"),
        ("{{displayName}}", "line 1: the page sign-in has no value displayName"),
        ("<input name=\"username\"><input name=password>", "there is no field rd; without it the form cannot work"),
        ("<input name=rd value=\"{{target}}\">", "there is no field username; without it the form cannot work"),
    ])
    func `a broken template is reported with its line and what to do`(_ template: String, _ problem: String) {
        let lines = problems(["sign-in": template])
        #expect(lines.contains { $0.hasPrefix("sign-in.mustache") && $0.contains(problem) }, "\(lines)")
    }

    @Test func `all broken templates are reported at once`() {
        let lines = problems(["sign-in": "{{#a}}", "layout": "{{/b}}"])
        #expect(lines.count == 2 && lines[0].hasPrefix("layout.mustache, line 1: "), "\(lines)")
    }

    @Test func `templates that insert each other in a circle are refused`() {
        let lines = problems(["message": "{{>other}}", "other": "\n{{>message}}"])
        #expect(
            lines == [
                "message.mustache, line 1: the template inserts itself by way of other",
                "other.mustache, line 2: the template inserts itself by way of message",
            ])
    }

    @Test func `a template that nothing uses is a spelling mistake`() {
        #expect(
            problems(["signin": "x"]) == [
                "signin.mustache: no page has this name, and no template inserts it; perhaps sign-in.mustache is meant"
            ])
        #expect(problems(["signed-out": "{{>bye}}", "bye": "x"]) == [])
    }

    // MARK: Texts

    @Test func `another language is one file, and may lack texts`() throws {
        let own = PagesFolder(templates: [:], languages: ["fr": #"{"signIn": "Connexion", "username": "Nom <x>"}"#])
        let page = try html(.signIn(SignInPage(target: "/")), own, "fr-CA, en;q=0.5")
        #expect(page.contains("<html lang=\"fr\" dir=\"ltr\">") && page.contains("<h1>Connexion</h1>"))
        #expect(page.contains("Nom &lt;x&gt;</label>") && page.contains("Keep me signed in"))
    }

    @Test func `a language that is written from right to left says so`() throws {
        let own = PagesFolder(templates: [:], languages: ["he": #"{"direction": "rtl"}"#])
        #expect(try html(.signOut, own, "he").contains("<html lang=\"he\" dir=\"rtl\">"))
    }

    @Test func `texts of the program's languages can be replaced one by one`() throws {
        let own = PagesFolder(templates: [:], languages: ["de": #"{"signIn": "Servus"}"#, "en": #"{"end": "Stop"}"#])
        let page = try html(.signIn(SignInPage(target: "/")), own, "de")
        #expect(page.contains("<h1>Servus</h1>") && page.contains("Angemeldet bleiben"))
    }

    @Test func `own templates may have own texts`() throws {
        let own = PagesFolder(
            templates: ["signed-out": "{{text.goodbye}}"],
            languages: ["en": #"{"goodbye": "Bye"}"#, "de": #"{"goodbye": "Tschüss"}"#])
        #expect(try html(.signedOut, own, "de") == "Tschüss")
        #expect(try html(.signedOut, own, "fr") == "Bye")
        #expect(problems(["signed-out": "{{text.goodbye}}"]).first?.contains("has no value goodbye") == true)
    }

    @Test func `the case of a language's name has no meaning`() throws {
        let own = PagesFolder(templates: [:], languages: ["DE": #"{"signIn": "Servus", "dateTime": "{month}"}"#])
        let page = try html(.signIn(SignInPage(target: "/")), own, "de")
        #expect(page.contains("<html lang=\"de\"") && page.contains("<h1>Servus</h1>"))
        #expect(page.contains("Angemeldet bleiben"))
        #expect(
            problems([:], ["pt-BR": "{}", "pt-br": "{}", "EN": "{}"])
                == ["pt-br.json: pt-BR.json is the same language; remove one of the two"])
    }

    @Test(arguments: [
        ("fr", "", "fr.json, line 1: it is not JSON from here on"),
        ("fr", "{\n\n", "fr.json, line 3: it is not JSON from here on"),
        ("fr", "{\n\"signIn\": \"a\"\n\"end\": \"b\"}", "fr.json, line 3: it is not JSON from here on"),
        ("fr", "{\n\"signIn\": \"a\\\"\n}", "fr.json, line 2: it is not JSON from here on"),
        ("fr", "[]", "fr.json: it is no JSON object of texts"),
        ("fr", "{\n\"signIn\": 1}", "fr.json, line 2: signIn is no text; write it in quotation marks"),
        ("fr", "{\n\n\"singIn\": \"a\"}", "fr.json, line 3: no page has the text singIn; perhaps signIn is meant"),
        ("fr", #"{"direction": "up"}"#, "fr.json, line 1: direction is ltr or rtl"),
        ("de", "{\n\"signIn\": \"\"}", "de.json, line 2: signIn is empty; write a text, or leave it out"),
        ("fr", #"{"signIn": " \n"}"#, "fr.json, line 1: signIn is empty; write a text, or leave it out"),
        ("de", #"{"throttled": "In {zeit}."}"#, "de.json, line 1: throttled has no value {zeit}; it has {time}"),
        ("en", #"{"signIn": "Hello {name}"}"#, "en.json, line 1: signIn has no value {name}; remove it"),
        ("f", "{}", "f.json: the name is no language tag, such as fr or pt-BR"),
        ("fr_CA", "{}", "fr_CA.json: the name is no language tag, such as fr or pt-BR"),
    ])
    func `a broken file of texts is reported`(_ tag: String, _ text: String, _ problem: String) {
        let lines = problems([:], [tag: text])
        #expect(lines.count == 1 && lines[0].hasPrefix(problem), "\(lines)")
    }
}
