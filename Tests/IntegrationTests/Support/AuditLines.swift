import TestSupport

extension StringProtocol {
    /// Returns the parsed lines of the log about logins, sessions and users.
    func auditLines(_ event: String? = nil) throws -> [LogLine] {
        try split(whereSeparator: \.isNewline).filter { $0.contains(" event=") }.map { try LogLine($0) }
            .filter { event == nil || $0["event"] == event }
    }
}

extension CommandResult {
    /// The lines on standard error other than the audit lines of the command.
    var complaints: String {
        errors.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).filter { !$0.contains(" event=") }
            .joined(separator: "\n")
    }
}
