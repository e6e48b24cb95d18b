import Glibc

/// An error of a helper of this module. The description is meant for the failure message of a test: it contains the end
/// of the log with the cause.
package enum SupportError: Error, CustomStringConvertible {
    /// A system call failed with this errno.
    case system(call: String, code: Int32)
    /// A deadline passed during a wait. `log` is the log of the process that was waited for, if any.
    case timedOut(String, log: String = "")
    /// An unexpected result was received.
    case unexpected(String, log: String = "")

    package var description: String {
        switch self {
        case .system(let call, let code): "\(call): \(unsafe String(cString: strerror(code)))"
        case .timedOut(let what, let log): "timed out: \(what)\(Self.tail(of: log))"
        case .unexpected(let what, let log): "\(what)\(Self.tail(of: log))"
        }
    }

    /// Returns the error of the system call that has just failed.
    static func lastSystemError(_ call: String) -> SupportError { .system(call: call, code: errno) }

    private static func tail(of log: String) -> String {
        guard !log.isEmpty else { return "" }
        let lines = log.split(separator: "\n", omittingEmptySubsequences: false).suffix(40)
        return "\n--- end of the log ---\n" + lines.joined(separator: "\n")
    }
}
