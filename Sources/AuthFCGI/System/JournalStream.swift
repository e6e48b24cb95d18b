internal import Glibc

/// The connection of a service's output to systemd's journal.
enum JournalStream {
    /// Returns true if standard error leads to the journal. A service that sends its output elsewhere inherits the variable
    /// too, so that device and file are compared (systemd.exec(5), JOURNAL_STREAM).
    static func isStandardError(_ environment: [String: String]) -> Bool {
        guard let stream = environment["JOURNAL_STREAM"] else { return false }
        var status = stat()
        guard unsafe fstat(STDERR_FILENO, &status) == 0 else { return false }
        return stream == "\(status.st_dev):\(status.st_ino)"
    }
}
