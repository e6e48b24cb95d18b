import FoundationEssentials
import TestSupport
import Testing

/// A suite that runs `authfcgi doctor`.
protocol RunsDoctor: RunsCommands {
    var folder: TestFolder { get }
}

/// The output of `authfcgi doctor --json`.
struct DoctorOutput: Decodable {
    struct Line: Decodable {
        let check: String
        let finding: String
        let looked_at: String
        let remedy: String?
        let result: String
    }

    let errors: Int
    let findings: [Line]
    let warnings: Int

    /// Returns the findings of a check.
    func lines(_ check: String) -> [Line] { findings.filter { $0.check == check } }
}

extension RunsDoctor {
    /// What depends on the machine and the version that the tests run with.
    static var dependentChecks: Set<String> { ["backlog", "descriptors", "server-version", "nginx-version"] }

    /// Runs the doctor with a socket in the suite's folder.
    func doctor(_ environment: [String: String] = [:], _ arguments: [String] = []) throws -> DoctorOutput {
        let listen = ["LISTEN": "unix:\(folder.path("gate.sock"))"]
        let result = try run(["doctor", "--json"] + arguments, environment: listen.merging(environment) { $1 })
        let output = try JSONDecoder().decode(DoctorOutput.self, from: Data(result.output.utf8))
        #expect(result.status == .code(output.errors > 0 ? 2 : output.warnings > 0 ? 1 : 0), "\(result)")
        #expect(result.errors == "", "\(result)")
        return output
    }

    /// Expects that a check has found something, with a remedy, and that no other check has found an error.
    func expect(
        _ check: String, _ result: String, _ finding: String, _ remedy: String = "", in output: DoctorOutput,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let found = output.lines(check).contains {
            $0.result == result && $0.finding.contains(finding)
                && (remedy.isEmpty || $0.remedy?.contains(remedy) == true)
        }
        #expect(found, "\(check): \(output.lines(check))", sourceLocation: sourceLocation)
        // What follows from an error refers to it.
        let others = output.findings.filter {
            $0.result == "error" && $0.check != check && $0.remedy?.hasPrefix("see the checks above") != true
        }
        #expect(others.isEmpty, "\(others)", sourceLocation: sourceLocation)
    }
}
