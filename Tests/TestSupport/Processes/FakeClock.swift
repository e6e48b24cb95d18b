import FoundationEssentials
import Glibc

/// The wall clock as the programs see it that are started with `environment`: TestClock's. The clocks that only go
/// forward stay true, as they do when an operator or a time server sets the machine's clock.
package final class FakeClock: Sendable {
    /// What a program needs in its environment, and hands on to those that it starts.
    package let environment: [String: String]
    private let file: Descriptor
    private let library: String

    package init(in folder: TestFolder, name: String = "clock") throws {
        let path = folder.path(name)
        file = try Descriptor(opening: path, O_RDWR | O_CREAT)
        // A copy: not every user that servers run as may get at what was built, and LD_PRELOAD ends a name at a space.
        library = folder.path("\(name).so")
        try Data(contentsOf: URL(filePath: BuiltProduct.path("libTestClock.so"))).write(to: URL(filePath: library))
        guard unsafe chmod(library, 0o755) == 0 else { throw SupportError.lastSystemError("chmod") }
        environment = ["LD_PRELOAD": library, "TEST_CLOCK": path]
        try set(offset: 0)
    }

    /// Has the clock go wrong by that many seconds from now on.
    package func set(offset seconds: Int) throws {
        // Programs have the file mapped. Eight bytes at a multiple of eight are written as one.
        var offset = Int64(seconds)
        guard unsafe pwrite(file.number, &offset, 8, 0) == 8 else { throw SupportError.lastSystemError("pwrite") }
    }

    /// Whether it is the time of that process: whether it has the library in it.
    package func isSeen(by process: Int32) throws -> Bool {
        try ServerProcess.run("grep", ["-qF", library, "/proc/\(process)/maps"]).status.isSuccess
    }
}
