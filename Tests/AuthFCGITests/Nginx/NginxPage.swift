import FoundationEssentials
import Testing

/// The page about nginx.
enum NginxPage {
    /// Returns its text, wherever it is.
    static func text() throws -> String {
        let checkout = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let pages = ["docs/nginx.md", "nginx/README.md"].compactMap { name in
            try? String(contentsOf: checkout.appending(path: name), encoding: .utf8)
        }
        return try #require(pages.first { $0.contains("\n## Ways to open the site by accident\n") })
    }
}
