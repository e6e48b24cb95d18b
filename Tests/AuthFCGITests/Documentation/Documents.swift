import TestSupport

/// The pages of the documentation in this checkout.
enum Documents {
    static func page(_ path: String) throws -> MarkdownPage { try MarkdownPage(path, in: Repository.folder) }

    /// All pages.
    static func pages() throws -> [MarkdownPage] { try MarkdownPage.paths(in: Repository.folder).map(page) }

    /// The text of README and of all pages in docs.
    static func text() throws -> String {
        try pages().filter { $0.path == "README.md" || $0.path.hasPrefix("docs/") }.map(\.text).joined(separator: "\n")
    }
}
