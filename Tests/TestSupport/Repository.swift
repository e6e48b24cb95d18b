import FoundationEssentials

/// The checkout of these tests.
package enum Repository {
    /// The path of its folder.
    package static let folder = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
        .joined(separator: "/")

    /// Returns the path of a file in it.
    package static func path(_ name: String) -> String { "\(folder)/\(name)" }

    /// Returns the text of a file in it.
    package static func text(_ name: String) throws -> String {
        try String(contentsOf: URL(filePath: path(name)), encoding: .utf8)
    }
}
