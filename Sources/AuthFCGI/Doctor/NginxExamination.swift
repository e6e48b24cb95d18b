/// A configuration of nginx that the checks look at.
final class NginxExamination {
    /// The file that was named.
    let path: String
    /// What could not be read, and files of the gate that are not as they should be.
    let problems: [String]
    let fileCount: Int
    /// The servers that use the gate.
    let sites: [NginxSite]
    /// Keeps the levels that the sites refer to.
    private let root: NginxScope

    init(_ path: String, _ files: NginxFiles = .current) {
        self.path = path
        let loaded = NginxLoader.load(path, from: files)
        problems = loaded.problems
        fileCount = loaded.fileCount
        let file = NginxScope(loaded.directives)
        root = file
        sites = NginxSite.all(in: file)
    }
}
