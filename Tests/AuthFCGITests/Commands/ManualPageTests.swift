import Testing

@testable import AuthFCGI

/// The manual page, which is made of the commands and the settings.
struct ManualPageTests {
    /// Made once: without optimization a page takes seconds.
    private static let made = Result { ManualPage(try CommandLineInfo.ofProgram.command).text }

    private let page: String

    init() throws { page = try Self.made.get() }

    @Test func `it has every command and its options, and not the commands of the program itself`() {
        let commands = [
            "serve", "migrate", "user add", "user list", "user passwd", "session list", "session revoke", "audit",
            "cleanup", "config check", "config show", "key rotate", "doctor", "status", "healthcheck",
        ]
        for command in commands { #expect(page.contains("\n.SS \"authfcgi \(command)"), "\(command)") }
        for command in ["worker", "manual", "help"] { #expect(!page.contains("authfcgi \(command)"), "\(command)") }
        #expect(page.contains("\n\\fB\\-\\-grant\\-to\\fR \\fIrole\\fR\n"))
        #expect(page.contains("\n\\fB\\-\\-json\\fR\n"))
        // A setting of serve and an option of others have this name.
        #expect(page.contains("\n\\fBAUTHFCGI_USER\\fR, \\fB\\-\\-user\\fR \\fIuser\\fR\n"))
    }

    @Test func `it has every setting, with its flag or its file, once`() {
        for setting in SettingTable.all {
            let name = "\n\\fB\(setting.documentedName)\\fR, "
            #expect(page.split(separator: name).count == 2, "\(setting.name)")
            if let flag = setting.flag {
                let shown = "\\fB\(Roff.text("--" + flag))\\fR \\fI\(Roff.text(setting.shownType))\\fR"
                #expect(page.contains(name + shown + "\n"), "\(flag)")
            } else {
                #expect(page.contains("\(name)\\fB\(setting.documentedName)_FILE\\fR\n"))
            }
        }
    }

    @Test func `it has every exit code, with its meaning in the documents`() {
        for code in ProgramExit.allCases {
            let start = Roff.text(code.meaning.replacing("`", with: "'").dropFirst())
            #expect(page.contains("\n\\fB\(code.rawValue)\\fR\n") && page.contains("\(start).\n"), "\(code)")
        }
    }

    @Test func `it has the sections of a manual page in their order`() {
        let sections = page.split(separator: "\n").filter { $0.hasPrefix(".SH ") }.map { $0.dropFirst(4) }
        #expect(
            sections == [
                "NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS", "SETTINGS", "SIGNALS", "EXIT STATUS", "FILES",
                "SEE ALSO",
            ])
        #expect(page.hasPrefix(".TH AUTHFCGI 1 \"\" \"authfcgi \(Version.current)\" \"User Commands\"\n"))
    }

    @Test func `no text is a request of roff`() {
        let requests = [".TH", ".SH", ".SS", ".PP", ".TP"]
        for line in page.split(separator: "\n") where line.hasPrefix(".") || line.hasPrefix("'") {
            #expect(requests.contains(String(line.prefix { $0 != " " })), "\(line)")
        }
        #expect(page.utf8.allSatisfy { $0 < 0x80 })
        #expect(Roff.text(".a\\b-c'd…é") == "\\&.a\\eb\\-c\\(aqd\\[u2026]\\[u00E9]")
    }
}
