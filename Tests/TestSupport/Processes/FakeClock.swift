import FoundationEssentials
import Glibc

/// The wall clock as the programs see it that are started with `environment`: libfaketime's. The clocks that only go
/// forward stay true, as they do when an operator or a time server sets the machine's clock.
package final class FakeClock: Sendable {
    /// What a program needs in its environment, and hands on to those that it starts.
    ///
    /// The library adds a variable of its own when it is loaded into the first of them, and a Swift program then finds
    /// no command line arguments any more: it has to be started by another program, such as env, which
    /// `ServerProcess` does where there is a working folder.
    package let environment: [String: String]
    private let folder: TestFolder
    private let name: String

    package init(in folder: TestFolder, name: String = "clock") throws {
        self.folder = folder
        self.name = name
        environment = [
            "LD_PRELOAD": try Self.library, "FAKETIME_TIMESTAMP_FILE": folder.path(name), "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1",
        ]
        Self.removeLeftovers()
        try set(offset: 0)
    }

    /// Has the clock go wrong by that many seconds from now on.
    package func set(offset seconds: Int) throws {
        // Programs read the file whenever they look at the clock: it must never be half written.
        let new = try folder.write("\(name).new", seconds < 0 ? "\(seconds)\n" : "+\(seconds)\n")
        guard unsafe rename(new, folder.path(name)) == 0 else { throw SupportError.lastSystemError("rename") }
    }

    deinit {
        Self.removeLeftovers()
    }

    /// Whether it is the time of that process: whether it has the library in it.
    package func isSeen(by process: Int32) throws -> Bool {
        try ServerProcess.run("grep", ["-q", "/libfaketime", "/proc/\(process)/maps"]).status.isSuccess
    }

    /// Processes that were killed leave the library's shared memory behind, whose names end in their numbers.
    private static func removeLeftovers() {
        for file in (try? FileManager.default.contentsOfDirectory(atPath: "/dev/shm")) ?? [] {
            for prefix in ["faketime_shm_", "sem.faketime_sem_"] where file.hasPrefix(prefix) {
                guard let process = Int32(file.dropFirst(prefix.count)), !ProcessInspector(process).exists else {
                    continue
                }
                unsafe unlink("/dev/shm/\(file)")
            }
        }
    }

    /// Debian's package faketime keeps it in a folder of the machine's architecture; this is the one for threads.
    private static var library: String {
        get throws {
            let folders = try FileManager.default.contentsOfDirectory(atPath: "/usr/lib")
            for folder in folders.sorted() {
                let path = "/usr/lib/\(folder)/faketime/libfaketimeMT.so.1"
                if FileManager.default.fileExists(atPath: path) { return path }
            }
            throw SupportError.unexpected("no libfaketimeMT.so.1 below /usr/lib: install the package faketime")
        }
    }
}
