import FoundationEssentials
import TestSupport
import Testing

/// Links, headings and pictures of the documentation.
@Suite struct DocumentLinkTests {
    private let pages: [String: MarkdownPage]

    init() throws {
        pages = Dictionary(uniqueKeysWithValues: try Documents.pages().map { ($0.path, $0) })
    }

    /// A link within the project: the path that it leads to, and the name of a heading.
    private struct Target {
        let path: String
        let heading: String?
    }

    /// Returns the links of a page that lead to files of the project.
    private func targets(of page: MarkdownPage) -> [Target] {
        let folder = page.path.split(separator: "/").dropLast().map(String.init)
        return page.links.filter { !$0.contains("://") && !$0.hasPrefix("mailto:") }.map { link in
            let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            var path = folder
            for part in parts[0].split(separator: "/") {
                switch part {
                case ".": continue
                case ".." where !path.isEmpty: path.removeLast()
                default: path.append(String(part))
                }
            }
            return Target(
                path: parts[0].isEmpty ? page.path : path.joined(separator: "/"),
                heading: parts.count > 1 ? parts[1] : nil)
        }
    }

    @Test func `Every link leads to a file of the project, and to a heading of it`() {
        #expect(pages.count > 20)
        for page in pages.values {
            for target in targets(of: page) {
                let file = Repository.path(target.path)
                #expect(FileManager.default.fileExists(atPath: file), "\(page.path): \(target.path)")
                guard let heading = target.heading, let goal = pages[target.path] else { continue }
                #expect(goal.anchors.contains(heading), "\(page.path): \(target.path)#\(heading)")
            }
        }
    }

    @Test func `Every page can be reached from README`() throws {
        var reached: Set = ["README.md"]
        var rest = ["README.md"]
        while let path = rest.popLast() {
            let page = try #require(pages[path])
            for target in targets(of: page) where pages[target.path] != nil {
                if reached.insert(target.path).inserted { rest.append(target.path) }
            }
        }
        #expect(Set(pages.keys).subtracting(reached) == [])
    }

    @Test func `The list of documents has all of them`() throws {
        let list = try #require(pages["docs/README.md"])
        let named = Set(targets(of: list).map(\.path))
        for path in pages.keys where path.hasPrefix("docs/") && path != "docs/README.md" {
            #expect(named.contains(path), "\(path)")
        }
    }

    @Test func `README is short, and links to each document`() throws {
        let readme = try #require(pages["README.md"])
        #expect(readme.text.utf8.count <= 10 * 1024)
        let named = Set(targets(of: readme).map(\.path))
        for path in pages.keys where path.hasPrefix("docs/") && path != "docs/README.md" {
            #expect(named.contains(path), "\(path)")
        }
    }

    @Test func `The two pictures of a request differ in colours alone`() throws {
        let pictures = try ["light", "dark"].map { name in
            Self.withoutColours(try Repository.text("docs/pictures/request-\(name).svg"))
        }
        #expect(pictures[0] == pictures[1])
    }

    private static func withoutColours(_ text: String) -> String {
        text.split(separator: "#", omittingEmptySubsequences: false).map { part in
            let start = part.prefix(6)
            return start.count == 6 && start.allSatisfy(\.isHexDigit) ? String(part.dropFirst(6)) : String(part)
        }.joined(separator: "#")
    }
}
