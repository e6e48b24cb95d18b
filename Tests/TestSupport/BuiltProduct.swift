import FoundationEssentials

/// The products of the build of which the tests are part.
package enum BuiltProduct {
    /// Returns the path of a product: a program or a library.
    package static func path(_ name: String) throws -> String {
        // The test bundle lies beside the products. The process itself may be the toolchain's test runner.
        let runner = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        for path in [runner] + CommandLine.arguments {
            let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
            let candidate = folder.joined(separator: "/") + "/\(name)"
            if FileManager.default.fileExists(atPath: candidate) { return candidate }
        }
        throw SupportError.unexpected("no \(name) beside the tests")
    }
}
