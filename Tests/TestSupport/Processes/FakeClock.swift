import Glibc

/// The wall clock of programs that are started with `environment`, by the library TestClock. The monotonic clocks are
/// not changed, as when an operator or a time server sets the machine's clock.
package final class FakeClock: Sendable {
    /// The variables that a program needs and passes on to its child processes.
    package let environment: [String: String]
    private let file: Descriptor
    private let library: PreloadedLibrary

    package init(in folder: TestFolder, name: String = "clock") throws {
        let path = folder.path(name)
        file = try Descriptor(opening: path, O_RDWR | O_CREAT)
        library = try PreloadedLibrary("libTestClock.so", in: folder, name: "\(name).so")
        environment = ["LD_PRELOAD": library.path, "TEST_CLOCK": path]
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
        try ServerProcess.run("grep", ["-qF", library.path, "/proc/\(process)/maps"]).status.isSuccess
    }
}
