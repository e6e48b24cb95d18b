import Testing

@testable import AuthFCGI

/// What the doctor finds about settings that cannot be used.
struct SettingsFindingsTests {
    private func findings(
        _ environment: [String: String], file: String? = nil, looksAtNginx: Bool = true
    ) -> [Finding.Weight] {
        let sources = SettingsSources(
            environment: environment, environmentFile: file == nil ? nil : "/settings",
            host: .init(
                cores: 1,
                readFile: { path throws(TextFileError) in
                    guard path == "/settings", let file else { throw .notText }
                    return file
                },
                userID: { _ in nil }, groupID: { _ in nil }))
        do throws(SettingsProblems) {
            _ = try Settings(sources)
            return []
        } catch {
            return SettingsFindings.of(error, sources, looksAtNginx: looksAtNginx).map(\.weight)
        }
    }

    private static let error = Finding.Weight.error(exitCode: 78)

    @Test func `a database that is named nowhere is no problem where nginx is looked at`() {
        #expect(findings([:]) == [.skipped])
        #expect(findings(["DATABASE_URL": "", "LISTEN": "unix:/run/gate.sock"]) == [.skipped])
        #expect(findings([:], looksAtNginx: false) == [Self.error])
    }

    @Test func `settings that somebody has given have to be right there too`() {
        #expect(findings([:], file: "AUTHFCGI_WORKERS=2\n") == [Self.error])
        #expect(findings(["WORKERS": "0"]) == [Self.error, Self.error])
        #expect(findings(["DATABASE_URL": "postgresql:///d", "WORKERS": "0"]) == [Self.error])
        #expect(findings(["DATABASE_URL_FILE": "/missing"]) == [Self.error])
    }
}
