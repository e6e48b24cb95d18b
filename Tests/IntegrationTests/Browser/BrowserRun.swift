import FoundationEssentials
import TestSupport

/// A run of scenarios in one Chromium, by the Python program in `Scenarios/`.
final class BrowserRun: Sendable {
    /// A line of the program.
    private struct Line: Decodable {
        let scenario: String?
        let problem: String?
        let secrets: [String]?
    }

    private static let scenarios = Repository.path("Tests/IntegrationTests/Browser/Scenarios")
    private static let python = Repository.path(".build-browser/bin/python")

    private let process: ServerProcess

    /// Starts the program, which runs the scenarios of each of the settings.
    init(_ settings: [BrowserSettings], in folder: TestFolder) throws {
        let text = String(decoding: try JSONEncoder().encode(settings), as: UTF8.self)
        process = try ServerProcess(
            Self.python, ["-B", Self.scenarios, text], environment: ["TMPDIR": folder.path],
            logFile: folder.path("browser-\(settings.first?.scenarios.first ?? "").log"))
    }

    /// Starts the program with scenarios of one site.
    convenience init(_ scenarios: [String], _ settings: BrowserSettings, in folder: TestFolder) throws {
        var settings = settings
        settings.scenarios = scenarios
        try self.init([settings], in: folder)
    }

    /// The names of all scenarios that exist.
    static func allScenarios() throws -> [String] {
        try ServerProcess.output(python, ["-B", scenarios, "--list"]).split(separator: "\n").map(String.init)
    }

    /// Waits until a scenario has come so far.
    func wait(forStep step: String, within duration: Duration = .seconds(60)) throws {
        try process.waitForLog(containing: #"{"step": "\#(step)"}"#, within: duration)
    }

    /// Waits for the end, and returns the problems by scenario, whose name has the prefix of its settings; an empty text if
    /// there was none.
    func problems(within duration: Duration = .seconds(600)) throws -> [String: String] {
        let status = try process.waitForExit(within: duration)
        var problems: [String: String] = [:]
        for text in process.log.split(separator: "\n") where text.hasPrefix(#"{"scenario": "#) {
            let line = try JSONDecoder().decode(Line.self, from: Data(text.utf8))
            for secret in line.secrets ?? [] { RunRecord.note(secret: secret) }
            problems[line.scenario ?? ""] = line.problem ?? ""
        }
        guard status.isSuccess else {
            throw SupportError.unexpected("the browser's program ended with \(status)", log: process.log)
        }
        return problems
    }
}
