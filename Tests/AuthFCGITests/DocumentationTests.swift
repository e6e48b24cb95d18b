import ArgumentParser
import FoundationEssentials
import Testing

@testable import AuthFCGI

/// README agrees with the program in all facts that can be compared.
struct DocumentationTests {
    private let checkout: URL
    private let readme: String

    init() throws {
        checkout = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        readme = try String(contentsOf: checkout.appending(path: "README.md"), encoding: .utf8)
    }

    @Test func `README's table of settings equals the program's`() {
        let rows = section("Settings").filter { $0.hasPrefix("| `") }
        #expect(rows == SettingTable.all.map(Self.row))
    }

    @Test func `README names no flag that the program does not have`() {
        let help = [
            Serve.helpMessage(), Migrate.helpMessage(), UserAdd.helpMessage(), UserList.helpMessage(),
            UserShow.helpMessage(), UserChange.helpMessage(), AuditCommand.helpMessage(),
            UserPassword.helpMessage(), UserReset.helpMessage(), UserDisable.helpMessage(), UserEnable.helpMessage(),
            UserDelete.helpMessage(),
            SessionList.helpMessage(),
            SessionCount.helpMessage(), SessionCreate.helpMessage(), SessionRevoke.helpMessage(),
            SessionRefresh.helpMessage(), Cleanup.helpMessage(), ConfigCheck.helpMessage(),
            HealthCheck.helpMessage(),
        ].joined()
        for flag in words(startingWith: "--", of: { $0.isLowercase || $0 == "-" }) where flag.last != "-" {
            #expect(help.contains("\(flag) ") || Self.othersFlags.contains(flag), "\(flag)")
        }
    }

    @Test func `Every file of the project that README names exists`() {
        let isPart: (Character) -> Bool = { $0.isLetter || $0.isNumber || "./_-+".contains($0) }
        let folders = ["nginx/", "deploy/", "Tests/", "Sources/", ".ci/"]
        var named = folders.flatMap { words(startingWith: $0, of: isPart) }
        // The form of nginx's `include` directives.
        named += words(startingWith: "authfcgi/", of: isPart).map { "nginx/" + $0 }
        #expect(named.contains("nginx/authfcgi/verify.conf"))
        for name in named {
            #expect(FileManager.default.fileExists(atPath: checkout.appending(path: name).path), "\(name)")
        }
    }

    @Test func `The program's version is the newest in CHANGELOG`() throws {
        let changes = try String(contentsOf: checkout.appending(path: "CHANGELOG.md"), encoding: .utf8)
        let newest = changes.split(separator: "\n").first { $0.hasPrefix("## ") }
        #expect(newest?.hasPrefix("## \(Version.current)") == true)
    }

    @Test func `All images of nginx are of the stable line whose oldest release nginx/README has`() throws {
        let deploy = checkout.appending(path: "deploy")
        let files = try FileManager.default.subpathsOfDirectory(atPath: deploy.path)
            .filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") || $0.hasSuffix("Dockerfile") }
        let images = try files.flatMap { file in
            try String(contentsOf: deploy.appending(path: file), encoding: .utf8).split(separator: "\n")
                .filter { ($0.contains(" image: ") || $0.hasPrefix("FROM ")) && $0.contains("nginx") }
        }
        #expect(images.count >= 3)
        let page = try String(contentsOf: checkout.appending(path: "nginx/README.md"), encoding: .utf8)
        let stable = try #require(page.split(separator: "\n").first { $0.contains(", stable |") })
        let line = try #require(stable.split(separator: ",").first?.dropFirst("| ".count))
        for image in images { #expect(image.contains(":\(line)-"), "\(image)") }
    }

    @Test func `The program is installed without symbols`() throws {
        let pages = try ["README.md", "deploy/systemd/README.md", "deploy/docker/Dockerfile"].map { name in
            try String(contentsOf: checkout.appending(path: name), encoding: .utf8)
        }
        for page in pages {
            let lines = page.split(separator: "\n").filter { $0.contains("install ") && $0.contains("/authfcgi") }
                .filter { $0.contains("/usr/local/bin") }
            #expect(!lines.isEmpty)
            for line in lines {
                #expect(line.contains("install -s ") || page.contains("strip /usr/local/bin/authfcgi"), "\(line)")
            }
        }
    }

    @Test func `README has the keys of every command with --json`() {
        let section = section("Commands for programs, and for shells").joined(separator: "\n")
        let commands = AuthFCGI.configuration.subcommands.flatMap { command in
            command.configuration.subcommands.isEmpty ? [command] : command.configuration.subcommands
        }
        for command in commands where command.helpMessage().contains("--json ") {
            #expect(section.contains(command._commandName), "\(command)")
        }
    }

    /// Options of other programs in README: swift build, useradd, the benchmarks.
    private static let othersFlags: Set<String> = [
        "--clean", "--data-only", "--disable-triggers", "--generate-completion-script", "--help", "--no-acl",
        "--no-owner", "--pattern", "--product", "--redis", "--scan", "--scratch-path", "--smoke",
        "--static-swift-stdlib", "--system", "--uncached",
    ]

    /// Returns the row of a setting in README.
    private static func row(_ setting: any AnySetting) -> String {
        let flag = setting.flag.map { "`--\($0)`" } ?? "none; `\(setting.documentedName)_FILE`"
        let type = [setting.shownType, setting.shownBounds].compactMap(\.self).joined(separator: ", ")
            .split(separator: "|").joined(separator: " or ")
        let fallback = setting.defaultIsLiteral ? "`\(setting.shownDefault)`" : setting.shownDefault
        return "| `\(setting.documentedName)` | \(flag) | \(type) | \(fallback) | \(setting.meaning) |"
    }

    /// Returns the lines between a heading of the second level and the next one.
    private func section(_ title: String) -> [String] {
        let lines = readme.split(separator: "\n", omittingEmptySubsequences: false)
        guard let start = lines.firstIndex(of: "## \(title)") else { return [] }
        return lines[(start + 1)...].prefix { !$0.hasPrefix("## ") }.map(String.init)
    }

    /// Returns the words of README that begin with `prefix` and continue with the given kind of characters.
    private func words(startingWith prefix: String, of isPart: (Character) -> Bool) -> Set<String> {
        Set(
            readme.ranges(of: prefix).compactMap { range in
                if range.lowerBound > readme.startIndex {
                    let before = readme[readme.index(before: range.lowerBound)]
                    guard !before.isLetter, !before.isNumber, !"./_-".contains(before) else { return nil }
                }
                return prefix + readme[range.upperBound...].prefix(while: isPart)
            })
    }
}
