import TestSupport
import Testing

/// The nginx configurations of README and docs, in an nginx with the shipped files.
@Suite(.leavesCleanLogs) struct DocumentNginxTests {
    /// The configurations for the http block of a pod's nginx, and the names of their sockets.
    private struct Configurations {
        var text = ""
        var listeners: [String] = []

        /// Adds a socket and returns its directive.
        mutating func listen() -> String {
            let name = "document\(listeners.count)"
            listeners.append(name)
            return "listen unix:@PREFIX@/\(name).sock;"
        }

        /// Adds a protected server with this content.
        mutating func add(server content: String) {
            let address = listen()
            text += """
                server {
                    \(address)
                    include authfcgi/verify.conf;
                    include authfcgi/endpoints.conf;
                    include authfcgi/protect.conf;
                    \(content)
                }

                """
        }
    }

    /// Lines of a whole configuration that the pod's own has already.
    private static let once = ["include authfcgi/upstream.conf;", "include authfcgi/maps.conf;"]

    /// Adds a block of the http level. Its servers listen on sockets.
    private func add(http lines: [String], to all: inout Configurations) {
        for line in lines where !Self.once.contains(line) && !line.contains("listen ") {
            all.text += line + "\n"
            if line == "server {" {
                let address = all.listen()
                all.text += address + "\n"
            }
        }
    }

    @Test func `nginx loads every configuration of the documents`() throws {
        var all = Configurations()
        var levels: Set<String> = []
        for path in try MarkdownPage.paths(in: Repository.path("")) {
            guard path == "README.md" || path.hasPrefix("docs/") else { continue }
            for block in try MarkdownPage(path, in: Repository.path("")).blocks {
                switch block.language {
                case "nginx http": add(http: block.lines, to: &all)
                case "nginx server": all.add(server: block.text)
                case "nginx location": all.add(server: "location / {\n\(block.text)\n}")
                default: continue
                }
                levels.insert(block.language)
            }
        }
        #expect(levels.count == 3)
        let pod = try Site(extra: all.text, listeners: all.listeners).pod
        // The protected page of getting-started.md is closed, and its other location is open.
        for listener in all.listeners {
            let status = try pod.client(listener).get("/", headers: [("Accept", "text/html")]).status
            #expect([302, 401].contains(status), "\(listener)")
        }
    }
}
