import TestSupport

extension StringProtocol {
    /// The lines of a log that are about logins, sessions and users, taken apart.
    func auditLines(_ event: String? = nil) throws -> [LogLine] {
        try split(whereSeparator: \.isNewline).filter { $0.contains(" event=") }.map { try LogLine($0) }
            .filter { event == nil || $0["event"] == event }
    }
}

extension CommandResult {
    /// What the command has said on standard error besides what it has done.
    var complaints: String {
        errors.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).filter { !$0.contains(" event=") }
            .joined(separator: "\n")
    }
}
