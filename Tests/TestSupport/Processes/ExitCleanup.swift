import FoundationEssentials
import Glibc
import Synchronization

/// What must not outlive the test process: processes that were started and folders that were made. Tests often keep
/// their servers in a `static let`, which is never deinitialised, so an atexit handler does what is left.
///
/// For test processes that are killed, each running process also has a file in the folder that AUTHFCGI_TEST_PIDS names:
/// file name and content are its pid, which is also its process group's number. The file goes when the process has been
/// reaped; what is still there when the tests are over is to be killed by whoever started them. Likewise each folder has
/// one in the folder of AUTHFCGI_TEST_FOLDERS: its last name, and in it the path.
enum ExitCleanup {
    private struct Leftovers {
        var isRegistered = false
        /// Process identifiers, with the signal that stops each cleanly.
        var processes: [Int32: Int32] = [:]
        var folders: Set<String> = []
    }

    private static let leftovers = Mutex(Leftovers())

    static func add(process: Int32, stopSignal: Int32) {
        leftovers.withLock { state in
            register(&state)
            state.processes[process] = stopSignal
        }
        writeProcessFile(process)
    }

    static func remove(process: Int32) {
        leftovers.withLock { _ = $0.processes.removeValue(forKey: process) }
        removeProcessFile(process)
    }

    static func add(folder: String) {
        leftovers.withLock { state in
            register(&state)
            state.folders.insert(folder)
        }
        guard let path = folderFile(folder) else { return }
        _ = FileManager.default.createFile(atPath: path, contents: Data("\(folder)\n".utf8))
    }

    static func remove(folder: String) {
        leftovers.withLock { _ = $0.folders.remove(folder) }
        delete(folder)
    }

    /// Writes a process file alone, for a process that is not ours to reap but may be stopped for good if the tests die.
    static func writeProcessFile(_ process: Int32) {
        guard let path = processFile(process) else { return }
        _ = FileManager.default.createFile(atPath: path, contents: Data("\(process)\n".utf8))
    }

    static func removeProcessFile(_ process: Int32) {
        guard let path = processFile(process) else { return }
        unsafe unlink(path)
    }

    private static func processFile(_ process: Int32) -> String? {
        ProcessInfo.processInfo.environment["AUTHFCGI_TEST_PIDS"].map { "\($0)/\(process)" }
    }

    private static func delete(_ folder: String) {
        guard ProcessInfo.processInfo.environment["AUTHFCGI_TEST_KEEP"] == nil else { return }
        // Nothing to do about a folder that cannot be removed: it is under /tmp.
        try? FileManager.default.removeItem(atPath: folder)
        if let path = folderFile(folder) { unsafe unlink(path) }
    }

    private static func folderFile(_ folder: String) -> String? {
        guard let name = folder.split(separator: "/").last else { return nil }
        return ProcessInfo.processInfo.environment["AUTHFCGI_TEST_FOLDERS"].map { "\($0)/\(name)" }
    }

    private static func register(_ state: inout Leftovers) {
        guard !state.isRegistered else { return }
        state.isRegistered = true
        atexit { ExitCleanup.run() }
    }

    private static func run() {
        let (processes, folders) = leftovers.withLock { ($0.processes, $0.folders) }
        for (process, signal) in processes {
            kill(process, signal)
            kill(process, SIGCONT)
        }
        let deadline = Deadline(within: .seconds(3))
        for process in processes.keys {
            while waitpid(process, nil, WNOHANG) == 0, !deadline.hasPassed {
                sleepThread(for: .milliseconds(5))
            }
            kill(-process, SIGKILL)
            waitpid(process, nil, 0)
            removeProcessFile(process)
        }
        for folder in folders { delete(folder) }
    }
}
