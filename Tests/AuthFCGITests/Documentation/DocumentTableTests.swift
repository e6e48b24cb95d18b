import FoundationEssentials
import TestSupport
import Testing

@testable import AuthFCGI

/// The tables of the documentation that the program writes: AUTHFCGI_TEST_WRITE_DOCS=yes writes them anew.
@Suite struct DocumentTableTests {
    private static let start =
        "<!-- Written by the program: AUTHFCGI_TEST_WRITE_DOCS=yes Tests/run --filter DocumentTableTests -->\n"
    private static let end = "\n<!-- end -->"

    @Test func `The table of settings is the program's`() throws {
        try expect(
            "docs/settings.md",
            ["| name | flag | type | default | meaning |", "|---|---|---|---|---|"] + SettingTable.all.map(Self.row))
    }

    @Test func `The table of exit codes is the program's`() throws {
        try expect(
            "docs/commands.md",
            ["| exit code | meaning |", "|---|---|"]
                + ProgramExit.allCases.map { "| \($0.rawValue) | \($0.meaning) |" })
    }

    /// Compares the lines between the marks of a page with `table`, or writes them.
    private func expect(_ path: String, _ table: [String]) throws {
        let text = try Repository.text(path)
        let start = try #require(text.firstRange(of: Self.start), "\(path)").upperBound
        let end = try #require(text[start...].firstRange(of: Self.end), "\(path)").lowerBound
        let wanted = table.joined(separator: "\n")
        if ProcessInfo.processInfo.environment["AUTHFCGI_TEST_WRITE_DOCS"] == "yes" {
            try Data("\(text[..<start])\(wanted)\(text[end...])".utf8).write(to: URL(filePath: Repository.path(path)))
        } else {
            #expect(text[start..<end] == wanted, "AUTHFCGI_TEST_WRITE_DOCS=yes writes it anew")
        }
    }

    private static func row(_ setting: any AnySetting) -> String {
        let flag = setting.flag.map { "`--\($0)`" } ?? "none; `\(setting.documentedName)_FILE`"
        let type = [setting.shownType, setting.shownBounds].compactMap(\.self).joined(separator: ", ")
            .split(separator: "|").joined(separator: " or ")
        let fallback = setting.defaultIsLiteral ? "`\(setting.shownDefault)`" : setting.shownDefault
        return "| `\(setting.documentedName)` | \(flag) | \(type) | \(fallback) | \(setting.meaning) |"
    }
}
