import FoundationEssentials
import TestSupport
import Testing

/// The files of `nginx/` for asking the gate over FastCGI, and their forms over HTTP, do the same.
struct NginxFormsTests {
    /// Returns the lines of a file without comments and empty lines.
    private func lines(_ name: String) throws -> [String] {
        try Repository.text("nginx/\(name)").split(separator: "\n").map(String.init)
            .filter { line in line.first { $0 != " " } != "#" }
    }

    @Test(arguments: ["endpoints", "health"])
    func `the same locations lead to the gate`(name: String) throws {
        let overFastCGI = try lines("authfcgi/\(name).conf")
        let overHTTP = try lines("authfcgi/\(name)-http.conf")
        #expect(overFastCGI.map { $0.replacing("to-gate.conf", with: "to-gate-http.conf") } == overHTTP)
        #expect(overFastCGI != overHTTP)
    }

    @Test(arguments: ["question", "to-gate"])
    func `times and sizes are the same`(name: String) throws {
        // The directives of a protocol by their names without it.
        func limits(_ file: String, _ module: String) throws -> [String: String] {
            let names = ["_timeout", "_tries", "_upstream", "_size", "buffers", "_rate", "_cache", "_store", "_errors"]
            var found: [String: String] = [:]
            for line in try lines(file) {
                let words = line.split(separator: " ", maxSplits: 1)
                guard words.count == 2, let name = words.first, name.hasPrefix(module) else { continue }
                guard names.contains(where: { name.hasSuffix($0) }) else { continue }
                found[String(name.dropFirst(module.count))] = String(words[1])
            }
            return found
        }
        let overFastCGI = try limits("authfcgi/\(name).conf", "fastcgi_")
        let overHTTP = try limits("authfcgi/\(name)-http.conf", "proxy_")
        #expect(overFastCGI.count >= 10)
        for (directive, value) in overFastCGI where name != "question" || directive != "next_upstream_tries" {
            #expect(overHTTP[directive] == value, "\(directive)")
        }
    }

    @Test(arguments: ["question", "to-gate"])
    func `what the site has set for itself is undone in both`(name: String) throws {
        func own(_ file: String) throws -> Set<String> {
            let modules = ["fastcgi_", "proxy_", "rewrite ", "set "]
            return Set(try lines(file).filter { line in !modules.contains { line.hasPrefix($0) } })
        }
        // For servers that ask as another proxy, which there are over FastCGI alone; and what the two tries over HTTP set.
        let others = Set(["auth_basic off;", "auth_request off;", "error_page 599 /;"])
        let overFastCGI = try own("authfcgi/\(name).conf").subtracting(name == "question" ? others : [])
        #expect(overFastCGI == (try own("authfcgi/\(name)-http.conf")))
    }

    /// Over FastCGI nginx tries a second entry of the upstream. Over HTTP it would meet connections there that were closed
    /// while they were kept.
    @Test func `a check is asked twice at most, over HTTP by another location`() throws {
        #expect(try lines("authfcgi/question.conf").contains("fastcgi_next_upstream_tries 2;"))
        #expect(try lines("authfcgi/question-http.conf").contains("proxy_next_upstream_tries 1;"))
        #expect(try lines("authfcgi/check-http.conf").contains("error_page 502 504 = @authfcgi_ask_again;"))
        let verify = try lines("authfcgi/verify-http.conf")
        let second = try #require(verify.firstIndex(of: "location @authfcgi_ask_again {"))
        #expect(
            verify[second...].dropFirst().map { String($0.drop { $0 == " " }) } == [
                "proxy_pass http://authfcgi_http_new;", "proxy_set_header Connection close;", "error_page 599 /;",
                "include authfcgi/question-http.conf;", "}",
            ])
    }

    @Test func `pods of Kubernetes get every file`() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Repository.path("nginx/authfcgi"))
        let listed = try lines("kustomization.yaml").filter { $0.contains("- authfcgi/") }
        #expect(listed == files.sorted().map { "      - authfcgi/\($0)" })
    }
}
