import Glibc

/// What a helper of this module could not do. The description is meant for a test's failure message: it carries the end
/// of the log that tells why.
package enum SupportError: Error, CustomStringConvertible {
    /// A system call failed with this errno.
    case system(call: String, code: Int32)
    /// A deadline passed while waiting for something. `log` is the log of the process that was waited for, if any.
    case timedOut(String, log: String = "")
    /// Something else than was asked for came back.
    case unexpected(String, log: String = "")

    package var description: String {
        switch self {
        case .system(let call, let code): "\(call): \(unsafe String(cString: strerror(code)))"
        case .timedOut(let what, let log): "timed out: \(what)\(Self.tail(of: log))"
        case .unexpected(let what, let log): "\(what)\(Self.tail(of: log))"
        }
    }

    /// The error of the system call that has just failed.
    static func lastSystemError(_ call: String) -> SupportError { .system(call: call, code: errno) }

    private static func tail(of log: String) -> String {
        guard !log.isEmpty else { return "" }
        let lines = log.split(separator: "\n", omittingEmptySubsequences: false).suffix(40)
        return "\n--- end of the log ---\n" + lines.joined(separator: "\n")
    }
}
