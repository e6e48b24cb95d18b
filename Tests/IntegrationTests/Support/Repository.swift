/// The checkout that these tests belong to.
enum Repository {
    /// The path of something in it.
    static func path(_ name: String, file: String = #filePath) -> String {
        let root = file.split(separator: "/", omittingEmptySubsequences: false).dropLast(4).joined(separator: "/")
        return "\(root)/\(name)"
    }
}
