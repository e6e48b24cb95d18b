import TestSupport
import Testing

@testable import AuthFCGI

/// A configuration is read with the files that it includes.
struct NginxLoaderTests {
    private func load(_ path: String, _ files: [String: String]) -> NginxLoader.Outcome {
        NginxLoader.load(path, from: .memory(files))
    }

    @Test func `included files stand in the place of the include, with their own places`() {
        let outcome = load(
            "/etc/nginx/nginx.conf",
            [
                "/etc/nginx/nginx.conf": "http {\n include sites/*.conf;\n z;\n}",
                "/etc/nginx/sites/b.conf": "b;", "/etc/nginx/sites/a.conf": "\na;",
            ])
        let inside = outcome.directives.first?.block ?? []
        #expect(inside.map(\.name) == ["a", "b", "z"])
        #expect(inside.first?.place == NginxPlace(file: "/etc/nginx/sites/a.conf", line: 2))
        #expect(outcome.problems.isEmpty && outcome.fileCount == 3)
    }

    @Test func `the paths of a site's includes count from the folder of the main file above it`() {
        let files = ["/srv/nginx/conf.d/site.conf": "include part.conf;", "/srv/nginx/part.conf": "a;"]
        #expect(load("/srv/nginx/conf.d/site.conf", files).directives.map(\.name) == ["a"])
        #expect(load("conf.d/site.conf", ["conf.d/site.conf": "include part;", "./part": "a;"]).directives.count == 1)
    }

    @Test func `the gate's own files are not expanded`() {
        let outcome = load("/s.conf", ["/s.conf": "include authfcgi/verify.conf;"])
        #expect(outcome.directives.map(\.gateFile) == ["verify.conf"] && outcome.fileCount == 1)
    }

    @Test func `what cannot be read is named with its place`() {
        let missing = load("/s.conf", ["/s.conf": "a;\ninclude none.conf;\ninclude none/*.conf;"])
        #expect(missing.problems == ["/s.conf:2: none.conf is included and does not exist"])
        #expect(load("/s.conf", [:]).problems == ["/s.conf cannot be read: it is not UTF-8 text"])
        #expect(load("/s.conf", ["/s.conf": "a"]).problems == ["/s.conf:1: \"a\" has no ; at its end"])
        let endless = load("/s.conf", ["/s.conf": "include /s.conf;"])
        #expect(endless.problems == ["/s.conf:1: /s.conf is not read: too many files include each other"])
    }

    // MARK: The gate's own files

    @Test func `a copy of a file of the gate that lacks what it is for is a problem`() throws {
        let path = "/etc/nginx/authfcgi/protect.conf"
        let text = try Repository.text("nginx/authfcgi/protect.conf")
        let edited = text.replacing("\nauth_request /_auth", with: "\n# auth_request /_auth")
        #expect(edited != text)
        let outcome = load("/etc/nginx/s.conf", ["/etc/nginx/s.conf": "include authfcgi/protect.conf;", path: edited])
        #expect(
            outcome.problems == [
                "\(path) is not the gate's file: it lacks auth_request /_authfcgi/verify; copy it again"
            ])
    }

    @Test func `the files that a file of the gate includes are looked at too, once`() {
        let path = "/etc/nginx/authfcgi/question.conf"
        let outcome = load(
            "/etc/nginx/s.conf",
            ["/etc/nginx/s.conf": "include authfcgi/verify.conf; include authfcgi/check.conf;", path: "a {"])
        #expect(outcome.problems == ["\(path):1: a } is missing"])
    }

    @Test(arguments: NginxGateFiles.needed.keys.sorted())
    func `the shipped files have what they are for`(file: String) throws {
        let directives = try NginxParser.directives(of: Repository.text("nginx/authfcgi/\(file)"), file: file)
        #expect(NginxGateFiles.lacking(file, directives) == [])
        #expect(NginxGateFiles.lacking(file, []) == NginxGateFiles.needed[file])
    }
}
