import FoundationEssentials
import Glibc
import Synchronization

/// The processes and folders that must not outlive the test process. Tests often keep their servers in a `static let`,
/// which is never deinitialised, so an atexit handler cleans up what is left.
///
/// For test processes that are killed, each running process also has a file in the folder AUTHFCGI_TEST_PIDS: the name
/// and content of the file are its pid, which is also the number of its process group. The file is removed when the
/// process has been reaped. The processes of files that remain after the tests are killed by the script that started
/// the tests. Likewise each folder has a file in the folder AUTHFCGI_TEST_FOLDERS, named after its last path component
/// and containing its path.
enum ExitCleanup {
    private struct Leftovers {
        var isRegistered = false
        /// Process ids, and the signal that stops each of them cleanly.
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

    /// Writes only a process file, for a process that is not a child of this one but might stay stopped if the tests
    /// are killed.
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
        // An error is ignored: the folder is under /tmp.
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
