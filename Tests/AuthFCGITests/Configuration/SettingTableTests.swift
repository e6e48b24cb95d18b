import ArgumentParser
import Sessions
import Testing

@testable import AuthFCGI

struct SettingTableTests {
    @Test func `The help of serve has exactly the flags of the table, with their texts`() {
        let help = Serve.helpMessage(columns: 100_000)
        for setting in SettingTable.all {
            guard let flag = setting.flag else { continue }
            #expect(help.contains("--\(flag) <\(setting.shownType)>"))
            #expect(help.contains(setting.help))
        }
        let options = help.split(separator: "\n").compactMap { line -> String? in
            line.hasPrefix("  --") ? String(line.dropFirst(4).prefix { $0 == "-" || $0.isLetter }) : nil
        }
        #expect(options == ["env-file"] + SettingTable.all.compactMap(\.flag))
    }

    @Test func `Every flag reaches its setting`() throws {
        let flags = SettingTable.all.compactMap { setting in setting.flag.map { (setting.name, $0) } }
        // All in one command line: without optimization each takes a quarter of a second.
        let arguments = flags.flatMap { name, flag in ["--\(flag)", "for \(name)"] }
        let values = Dictionary(uniqueKeysWithValues: flags.map { name, _ in (name, "for \(name)") })
        #expect(try SettingsOptions.parse(arguments).flags == values)
        #expect(try SettingsOptions.parse(["--env-file", "a"]).database.environmentFile == "a")
        #expect(throws: (any Error).self) { try SettingsOptions.parse(["--database-url", "postgresql://h/d"]) }
    }

    @Test func `Names are unique, and only secrets have no flag`() {
        #expect(Set(SettingTable.all.map(\.name)).count == SettingTable.all.count)
        let secrets = SettingTable.all.filter { $0.flag == nil }
        #expect(secrets.map(\.name) == ["DATABASE_URL", "REDIS_URL", "REDIS_SEAL_SECRET", "USERS_PEPPER"])
        #expect(SettingTable.shared.listenPeers.flag == "listen-peer-uids")
    }

    @Test func `Secrets are printed as a fixed text`() {
        let secret = Secret("hunter2")
        var dumped = ""
        dump([secret], to: &dumped)
        for text in [
            "\(secret)", String(describing: secret), String(reflecting: secret), "\(Optional(secret) as Any)", dumped,
        ] {
            #expect(!text.contains("hunter2"))
        }
    }
}
