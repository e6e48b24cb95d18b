import TestSupport

/// The page about nginx.
enum NginxPage {
    static func text() throws -> String { try Documents.page("docs/nginx.md").text }
}
