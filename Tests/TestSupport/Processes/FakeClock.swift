import FoundationEssentials
import Glibc

/// The wall clock of programs that are started with `environment`, by the library TestClock. The monotonic clocks are
/// not changed, as when an operator or a time server sets the machine's clock.
package final class FakeClock: Sendable {
    /// The variables that a program needs and passes on to its child processes.
    package let environment: [String: String]
    private let file: Descriptor
    private let library: String

    package init(in folder: TestFolder, name: String = "clock") throws {
        let path = folder.path(name)
        file = try Descriptor(opening: path, O_RDWR | O_CREAT)
        // A copy, because some of the users that servers run as cannot read the build folder, and because a space ends
        // a name in LD_PRELOAD.
        library = folder.path("\(name).so")
        try Data(contentsOf: URL(filePath: BuiltProduct.path("libTestClock.so"))).write(to: URL(filePath: library))
        guard unsafe chmod(library, 0o755) == 0 else { throw SupportError.lastSystemError("chmod") }
        environment = ["LD_PRELOAD": library, "TEST_CLOCK": path]
        try set(offset: 0)
    }

    /// Sets the difference between this clock and the real one, in seconds.
    package func set(offset seconds: Int) throws {
        // Programs have the file mapped. Eight aligned bytes are written atomically.
        var offset = Int64(seconds)
        guard unsafe pwrite(file.number, &offset, 8, 0) == 8 else { throw SupportError.lastSystemError("pwrite") }
    }

    /// Returns whether a process uses this clock: whether it has loaded the library.
    package func isSeen(by process: Int32) throws -> Bool {
        try ServerProcess.run("grep", ["-qF", library, "/proc/\(process)/maps"]).status.isSuccess
    }
}
