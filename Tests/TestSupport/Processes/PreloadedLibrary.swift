import FoundationEssentials
import Glibc

/// A library of this package that is loaded in front of programs (LD_PRELOAD).
struct PreloadedLibrary: Sendable {
    let path: String

    /// Copies the library, because some of the users that servers run as cannot read the build folder, and because a space
    /// ends a name in LD_PRELOAD.
    ///
    /// - Parameters:
    ///   - product: The name of the file among the products of the build.
    ///   - name: The name of the copy in `folder`.
    init(_ product: String, in folder: TestFolder, name: String) throws {
        path = folder.path(name)
        try Data(contentsOf: URL(filePath: BuiltProduct.path(product))).write(to: URL(filePath: path))
        guard unsafe chmod(path, 0o755) == 0 else { throw SupportError.lastSystemError("chmod") }
    }
}
