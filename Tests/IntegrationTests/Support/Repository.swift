/// The checkout of these tests.
enum Repository {
    /// Returns the path of a file in it.
    static func path(_ name: String, file: String = #filePath) -> String {
        let root = file.split(separator: "/", omittingEmptySubsequences: false).dropLast(4).joined(separator: "/")
        return "\(root)/\(name)"
    }
}
