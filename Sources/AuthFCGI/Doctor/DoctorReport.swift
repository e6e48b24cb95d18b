/// What the checks have found.
struct DoctorReport {
    /// A check with what it has found.
    struct Entry {
        let check: String
        let subject: String
        let findings: [Finding]
    }

    private(set) var entries: [Entry] = []

    /// All findings.
    var findings: [Finding] { entries.flatMap(\.findings) }

    /// The numbers of errors and of warnings.
    var errors: Int { findings.count { $0.exitCode != nil } }
    var warnings: Int { findings.count { $0.weight == .warning } }

    /// The exit code of `authfcgi doctor`.
    var exitCode: Int32 { errors > 0 ? 2 : warnings > 0 ? 1 : 0 }

    /// The exit code of a command that fails for the worst of the errors; nil if there is none.
    var exitCodeOfStart: Int32? {
        let codes = findings.compactMap(\.exitCode)
        return codes.contains(CommandFailure.configurationCode) ? CommandFailure.configurationCode : codes.first
    }

    /// Adds what a check has found, with the check's remedy where a finding has none.
    /// - Returns: The entry.
    mutating func add(_ check: DoctorCheck, _ findings: [Finding]) -> Entry {
        let complete = findings.map { $0.remedy == nil ? $0.with(remedy: check.remedy) : $0 }
        return add(Entry(check: check.name, subject: check.subject, findings: complete))
    }

    /// Adds an entry.
    @discardableResult
    mutating func add(_ entry: Entry) -> Entry {
        entries.append(entry)
        return entry
    }
}
