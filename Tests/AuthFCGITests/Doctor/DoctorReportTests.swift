import FoundationEssentials
import Testing

@testable import AuthFCGI

/// The report of the doctor, and the table of its checks.
struct DoctorReportTests {
    private static let check = DoctorCheck("clock", "the two clocks", remedy: "synchronise them") { _ in [] }

    private func report(_ findings: Finding...) -> DoctorReport {
        var report = DoctorReport()
        _ = report.add(Self.check, findings)
        return report
    }

    static let summaries: [([Finding], Int32, String)] = [
        ([.fine("a"), .note("b"), .skipped("c")], 0, "No problem was found."),
        ([.fine("a"), .warning("b")], 1, "0 errors, 1 warning."),
        ([.warning("a"), .error("b"), .warning("c")], 2, "1 error, 2 warnings."),
    ]

    @Test(arguments: summaries)
    func `exit code and last line`(_ findings: [Finding], _ code: Int32, _ summary: String) {
        var report = DoctorReport()
        _ = report.add(Self.check, findings)
        #expect(report.exitCode == code && DoctorText.summary(report) == summary)
    }

    @Test func `a problem without a remedy has that of its check`() {
        let report = report(.warning("a"), .error("b", "do this"), .fine("c"))
        #expect(report.findings.map(\.remedy) == ["synchronise them", "do this", nil])
        #expect(report.exitCodeOfStart == 78)
    }

    @Test func `the exit code of the start is that of the worst problem`() {
        #expect(report(.warning("a")).exitCodeOfStart == nil)
        #expect(report(.error("a", exitCode: 69)).exitCodeOfStart == 69)
        #expect(report(.error("a", exitCode: 69), .error("b")).exitCodeOfStart == 78)
    }

    @Test func `a line for each finding, which is broken at the width of a terminal`() throws {
        let entry = try #require(report(.fine("they agree"), .warning("one is late")).entries.first)
        #expect(
            DoctorText(names: ["clock", "sockets"], width: nil).lines(entry)
                == "ok       clock    they agree\nwarning  clock    one is late: synchronise them\n")
        #expect(
            DoctorText(names: ["clock"], width: 40).lines(entry)
                == "ok       clock  they agree\nwarning  clock  one is late: synchronise\n                them\n")
        #expect(DoctorText.wrapped("a longword b", width: 3) == ["a", "longword", "b"])
    }

    @Test func `JSON has every key of every finding`() throws {
        let text = try JSONOutput.report(DoctorJSON(report(.fine("a"), .error("b"))))
        #expect(
            text
                == #"{"errors":1,"findings":[{"check":"clock","finding":"a","looked_at":"the two clocks","remedy":null,"#
                + #""result":"ok"},{"check":"clock","finding":"b","looked_at":"the two clocks","#
                + #""remedy":"synchronise them","result":"error"}],"warnings":0}"#)
    }

    @Test func `each check has a name of its own, of lower-case words, and a subject`() {
        let checks = DoctorTable.installation + DoctorTable.nginx
        let names = [DoctorTable.settings] + checks.map(\.name)
        #expect(Set(names).count == names.count)
        for name in names {
            #expect(name.allSatisfy { $0.isLowercase || $0 == "-" }, "\(name)")
        }
        #expect(checks.allSatisfy { !$0.subject.isEmpty })
        let ofStart = [
            "sockets", "password-hashes", "postgresql", "schema", "rights", "look-up", "users", "redis",
        ]
        #expect(DoctorTable.ofStart.map(\.name) == ofStart)
    }

    @Test func `the documents name each check`() throws {
        let text = try Documents.text()
        for check in DoctorTable.installation + DoctorTable.nginx {
            #expect(text.contains("`\(check.name)`"), "\(check.name)")
        }
    }
}
