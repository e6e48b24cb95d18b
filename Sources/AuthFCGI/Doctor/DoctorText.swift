/// The findings for a person: a line each, on a terminal no wider than 80 columns.
struct DoctorText {
    /// The width of the names of checks.
    let nameWidth: Int
    /// The width of a line; nil for no limit.
    let width: Int?

    /// The width of the words before the names.
    private static let weightWidth = 7

    /// - Parameters:
    ///   - names: The names of all checks.
    ///   - width: The width of a line; nil for no limit.
    init(names: [String], width: Int?) {
        nameWidth = names.map(\.count).max() ?? 0
        self.width = width
    }

    /// Returns the lines of an entry.
    func lines(_ entry: DoctorReport.Entry) -> String {
        entry.findings.map { line($0, of: entry.check) }.joined()
    }

    private func line(_ finding: Finding, of check: String) -> String {
        let start = padded(finding.weight.word, Self.weightWidth) + "  " + padded(check, nameWidth) + "  "
        guard let width else { return start + finding.sentence + "\n" }
        let indent = String(repeating: " ", count: start.count)
        let lines = Self.wrapped(finding.sentence, width: max(20, width - start.count))
        return start + lines.joined(separator: "\n" + indent) + "\n"
    }

    private func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    /// Returns the lines of a text, broken at spaces. A word that is longer than a line stays whole.
    static func wrapped(_ text: String, width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            if line.isEmpty {
                line = String(word)
            } else if line.count + 1 + word.count <= width {
                line += " \(word)"
            } else {
                lines.append(line)
                line = String(word)
            }
        }
        return lines + [line]
    }

    /// Returns the last line.
    static func summary(_ report: DoctorReport) -> String {
        guard report.exitCode > 0 else { return "No problem was found." }
        return "\(report.errors.counted("error")), \(report.warnings.counted("warning"))."
    }
}

extension Finding.Weight {
    /// The word for it, which programs read too.
    var word: String {
        switch self {
        case .fine: "ok"
        case .skipped: "skipped"
        case .note: "note"
        case .warning: "warning"
        case .error: "error"
        }
    }
}
