import Glibc

/// The numbers of allocations of programs that are started with `environment`, by the library TestAllocations.
package struct AllocationCounter: Sendable {
    /// The variables that a program needs and passes on to its child processes.
    package let environment: [String: String]
    private let path: String

    package init(in folder: TestFolder, name: String = "allocations") throws {
        path = folder.path(name)
        let library = try PreloadedLibrary("libTestAllocations.so", in: folder, name: "\(name).so")
        environment = ["LD_PRELOAD": library.path, "TEST_ALLOCATIONS": path]
    }

    /// Returns how many times the main thread of a process has allocated memory so far, or made it larger.
    package func count(of process: Int32) throws -> Int {
        // The program has the file mapped. Eight aligned bytes are written atomically.
        let file = try Descriptor(opening: "\(path).\(process)", O_RDONLY)
        var count = Int64(0)
        guard unsafe pread(file.number, &count, 8, 0) == 8 else { throw SupportError.lastSystemError("pread") }
        return Int(count)
    }
}
