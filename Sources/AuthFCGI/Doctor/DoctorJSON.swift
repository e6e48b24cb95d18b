/// The findings for programs.
struct DoctorJSON: Encodable {
    /// A finding. A check with several has an object for each.
    struct Line: Encodable {
        let check: String
        let finding: String
        let subject: String
        let remedy: String?
        let result: String

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(check, forKey: .check)
            try container.encode(finding, forKey: .finding)
            try container.encode(subject, forKey: .subject)
            // Null, so that every key is always present.
            try container.encode(remedy, forKey: .remedy)
            try container.encode(result, forKey: .result)
        }

        private enum Key: String, CodingKey {
            case check, finding, remedy, result
            case subject = "looked_at"
        }
    }

    let errors: Int
    let findings: [Line]
    let warnings: Int

    init(_ report: DoctorReport) {
        errors = report.errors
        warnings = report.warnings
        findings = report.entries.flatMap { entry in
            entry.findings.map {
                Line(
                    check: entry.check, finding: $0.text, subject: entry.subject, remedy: $0.remedy,
                    result: $0.weight.word)
            }
        }
    }
}
