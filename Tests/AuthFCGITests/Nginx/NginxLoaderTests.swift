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
}
