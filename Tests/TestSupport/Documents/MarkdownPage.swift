import FoundationEssentials

/// A page of the documentation, as far as tests read it.
package struct MarkdownPage: Sendable {
    /// A fenced block of code.
    package struct Block: Sendable {
        /// The words behind the fence: a language, and for nginx the level of the configuration.
        package let language: String
        package let lines: [String]

        package var text: String { lines.joined(separator: "\n") }
    }

    /// The path in the checkout, such as `docs/users.md`.
    package let path: String
    package let text: String
    /// The lines outside of fenced blocks.
    package let prose: [String]
    package let blocks: [Block]

    /// Reads a page.
    ///
    /// - Parameters:
    ///   - path: The path in the checkout.
    ///   - checkout: The path of the checkout.
    package init(_ path: String, in checkout: String) throws {
        let text = try String(contentsOf: URL(filePath: checkout).appending(path: path), encoding: .utf8)
        self.init(path: path, text: text)
    }

    package init(path: String, text: String) {
        self.path = path
        self.text = text
        var prose: [String] = []
        var blocks: [Block] = []
        var language: String?
        var lines: [String] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            let content = line.drop { $0 == " " }
            if let opened = language {
                if content == "```" {
                    blocks.append(Block(language: opened, lines: lines))
                    language = nil
                    lines = []
                } else {
                    lines.append(line)
                }
            } else if content.hasPrefix("```") {
                language = String(content.dropFirst(3))
            } else {
                prose.append(line)
            }
        }
        self.prose = prose
        self.blocks = blocks
    }

    /// Returns the paths of the pages for people: those of the root, of docs and nginx, and the guides of deploy.
    package static func paths(in checkout: String) throws -> [String] {
        let (files, root) = (FileManager.default, URL(filePath: checkout))
        var paths = try files.contentsOfDirectory(atPath: root.path)
        for folder in ["docs", "nginx", "Tests"] {
            paths += try files.contentsOfDirectory(atPath: root.appending(path: folder).path).map { "\(folder)/\($0)" }
        }
        paths += try files.subpathsOfDirectory(atPath: root.appending(path: "deploy").path).map { "deploy/\($0)" }
        return paths.filter { $0.hasSuffix(".md") }.sorted()
    }

    /// The blocks in a language.
    package func blocks(in language: String) -> [String] {
        blocks.filter { $0.language == language }.map(\.text)
    }

    /// Returns the lines between a heading, of any level, and the next heading of the second level.
    package func section(_ title: String) -> [String] {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard let start = lines.firstIndex(where: { Self.heading($0) == title }) else { return [] }
        return Array(lines[(start + 1)...].prefix { !$0.hasPrefix("## ") })
    }

    /// The names of the headings in addresses, as GitHub makes them.
    package var anchors: Set<String> {
        var (anchors, counts) = (Set<String>(), [String: Int]())
        for line in prose {
            guard let heading = Self.heading(line) else { continue }
            let kept = heading.lowercased().filter { $0.isLetter || $0.isNumber || " -_".contains($0) }
            let name = kept.replacing(" ", with: "-")
            let count = counts[name, default: 0]
            counts[name] = count + 1
            anchors.insert(count == 0 ? name : "\(name)-\(count)")
        }
        return anchors
    }

    /// The addresses of links and pictures outside of code, as they are written.
    package var links: [String] {
        prose.flatMap { line -> [String] in
            // Every other part is code.
            let parts = line.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            let text = parts.filter { $0.offset % 2 == 0 }.map { String($0.element) }.joined()
            let pictures = ["src=\"", "srcset=\""].flatMap { Self.targets(in: text, after: $0, until: "\"") }
            return Self.targets(in: text, after: "](", until: ")") + pictures
        }
    }

    private static func targets(in text: String, after opening: String, until closing: Character) -> [String] {
        text.split(separator: opening, omittingEmptySubsequences: false).dropFirst().map { rest in
            String(rest.prefix { $0 != closing })
        }
    }

    private static func heading(_ line: String) -> String? {
        let text = line.drop { $0 == "#" }
        guard text.count < line.count, text.first == " " else { return nil }
        return String(text.dropFirst())
    }
}
