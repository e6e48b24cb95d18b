import FoundationEssentials
import TestSupport

/// The pages of the documentation in this checkout.
enum Documents {
    static let checkout = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    static func page(_ path: String) throws -> MarkdownPage { try MarkdownPage(path, in: checkout.path) }

    /// All pages.
    static func pages() throws -> [MarkdownPage] { try MarkdownPage.paths(in: checkout.path).map(page) }

    /// The text of README and of all pages in docs.
    static func text() throws -> String {
        try pages().filter { $0.path == "README.md" || $0.path.hasPrefix("docs/") }.map(\.text).joined(separator: "\n")
    }
}
