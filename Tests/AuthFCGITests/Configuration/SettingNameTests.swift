import Testing

import Logging
import Sessions
@testable import AuthFCGI

/// The variables that give a setting its value.
struct SettingNameTests {
    private static let url = "postgresql://app@db/app"

    private static func sources(
        _ environment: [String: String], flags: [String: String] = [:], file: String? = nil,
        files: [String: String] = [:]
    ) -> SettingsSources {
        var files = files
        files["settings"] = file
        let all = files
        return SettingsSources(
            flags: flags, environment: ["DATABASE_URL": url].merging(environment) { $1 },
            environmentFile: file == nil ? nil : "settings",
            host: .init(
                cores: 4,
                readFile: { path throws(TextFileError) in
                    guard let text = all[path] else { throw .notText }
                    return text
                },
                userID: { _ in nil }, groupID: { _ in nil }))
    }

    private static func problems(_ sources: SettingsSources) -> [String] {
        do throws(SettingsProblems) {
            _ = try Settings(sources)
            return []
        } catch {
            return error.lines
        }
    }

    @Test func `Every setting is read from its name with the prefix`() throws {
        for setting in SettingTable.all {
            #expect(setting.variables.first == "AUTHFCGI_" + setting.name)
            #expect(Array(setting.variables.dropFirst()) == (setting.isReadBare ? [setting.name] : []))
        }
        let all = SettingTable.all.flatMap(\.allVariables)
        #expect(Set(all).count == all.count)
        let settings = try Settings(
            Self.sources(["AUTHFCGI_WORKERS": "7"], file: "AUTHFCGI_LOOKUP_LIMIT=9\nexport AUTHFCGI_LOG_LEVEL=debug\n"))
        #expect(settings.workers == 7 && settings.lookupLimit == 9 && settings.logLevel == .debug)
    }

    @Test func `The name with the prefix takes precedence, wherever either is set`() throws {
        let environment = ["WORKERS": "1", "LISTEN": "tcp://somebody.else:80", "AUTHFCGI_WORKERS": "2"]
        let file = "AUTHFCGI_LISTEN=unix:/run/a.sock\nWORKERS=3\n"
        let settings = try Settings(Self.sources(environment, file: file))
        #expect(settings.workers == 2)
        #expect(settings.listen == [ListenAddress(.fastCGI, .unix(path: "/run/a.sock"))])
        // An empty variable counts as none, and a flag takes precedence over all variables.
        #expect(try Settings(Self.sources(["WORKERS": "4", "AUTHFCGI_WORKERS": ""])).workers == 4)
        #expect(try Settings(Self.sources(environment, flags: ["WORKERS": "5"], file: file)).workers == 5)
    }

    @Test func `A secret's file has the prefix too, and another program's secret is no contradiction`() throws {
        let files = ["/url": "postgresql://gate@db/gate\n"]
        let environment = ["DATABASE_URL_FILE": "/missing", "AUTHFCGI_DATABASE_URL_FILE": "/url"]
        let settings = try Settings(Self.sources(environment, files: files))
        #expect(settings.databaseURL.reveal() == "postgresql://gate@db/gate")
        #expect(
            Self.problems(Self.sources(environment.merging(["AUTHFCGI_DATABASE_URL": Self.url]) { $1 }, files: files))
                == ["AUTHFCGI_DATABASE_URL and AUTHFCGI_DATABASE_URL_FILE are both set (environment); remove one"])
    }

    @Test func `A message has the name that was written`() {
        #expect(
            Self.problems(Self.sources(["AUTHFCGI_WORKERS": "0"]))
                == ["AUTHFCGI_WORKERS (environment) is \"0\"; write a number, 1 to 256"])
        #expect(
            Self.problems(Self.sources([:], file: "AUTHFCGI_WORKRES=1"))
                == ["settings, line 1: unknown setting AUTHFCGI_WORKRES; did you mean AUTHFCGI_WORKERS?"])
    }

    @Test func `Documents use the prefix, except for what applications have already`() {
        let bare = SettingTable.all.filter { $0.documentedName == $0.name }.map(\.name)
        #expect(bare == ["DATABASE_URL", "REDIS_URL"])
        #expect(SettingTable.shared.workers.help.hasPrefix("AUTHFCGI_WORKERS: number of worker processes ("))
    }
}
