import ArgumentParser
import FoundationEssentials
import TestSupport
import Testing

@testable import AuthFCGI

/// The documentation agrees with the program and its files in the facts that can be compared.
@Suite struct DocumentationTests {
    private let text: String

    init() throws { text = try Documents.text() }

    @Test func `The documents name no flag that the program does not have`() {
        let help = Self.helps.map(\.text).joined()
        for flag in words(startingWith: "--", of: { $0.isLowercase || $0 == "-" }) where flag.last != "-" {
            #expect(help.contains("\(flag) ") || Self.othersFlags.contains(flag), "\(flag)")
        }
    }

    @Test func `Every file of the project that the documents name exists`() {
        let isPart: (Character) -> Bool = { $0.isLetter || $0.isNumber || "./_-+".contains($0) }
        let folders = ["nginx/", "deploy/", "Tests/", "Sources/", ".ci/"]
        var named = folders.flatMap { words(startingWith: $0, of: isPart) }
        // The form of nginx's `include` directives.
        named += words(startingWith: "authfcgi/", of: isPart).map { "nginx/" + $0 }
        #expect(named.contains("nginx/authfcgi/verify.conf"))
        for name in named {
            #expect(FileManager.default.fileExists(atPath: Repository.path(name)), "\(name)")
        }
    }

    @Test func `The program's version is the newest in CHANGELOG`() throws {
        let newest = try Documents.page("CHANGELOG.md").prose.first { $0.hasPrefix("## ") }
        #expect(newest?.hasPrefix("## \(Version.current)") == true)
    }

    @Test func `SECURITY says that the program's version gets corrections`() throws {
        let line = Version.current.split(separator: ".").prefix(2).joined(separator: ".")
        let table = try Documents.page("SECURITY.md").section("Supported versions")
        #expect(table.contains("| \(line) | yes |"))
    }

    @Test func `All images of nginx are of the stable line whose oldest release the documents have`() throws {
        let files = try FileManager.default.subpathsOfDirectory(atPath: Repository.path("deploy"))
            .filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") || $0.hasSuffix("Dockerfile") }
        let images = try files.flatMap { file in
            try Repository.text("deploy/\(file)").split(separator: "\n")
                .filter { ($0.contains(" image: ") || $0.hasPrefix("FROM ")) && $0.contains("nginx") }
        }
        #expect(images.count >= 3)
        let stable = try #require(try Documents.page("docs/nginx.md").prose.first { $0.contains(", stable |") })
        let line = try #require(stable.split(separator: ",").first?.dropFirst("| ".count))
        for image in images { #expect(image.contains(":\(line)-"), "\(image)") }
    }

    @Test func `The program is installed without symbols`() throws {
        for path in ["docs/getting-started.md", "deploy/docker/Dockerfile"] {
            let page = try Repository.text(path)
            let lines = page.split(separator: "\n").filter { $0.contains("install ") && $0.contains("/authfcgi") }
                .filter { $0.contains("/usr/local/bin") }
            #expect(!lines.isEmpty)
            for line in lines {
                #expect(line.contains("install -s ") || page.contains("strip /usr/local/bin/authfcgi"), "\(line)")
            }
        }
    }

    @Test func `What is to be installed for a build is what deploy/local/up installs`() throws {
        let script = try Repository.text("deploy/local/up")
        let list = try #require(script.split(separator: "\n").first { $0.hasPrefix("wanted=(") })
        let line = try #require(text.split(separator: "\n").first { $0.contains("apt-get install ca-certificates ") })
        let installed = Set(line.split(separator: " "))
        for package in list.dropFirst("wanted=(".count).dropLast().split(separator: " ") {
            #expect(installed.contains(package), "\(package)")
        }
    }

    @Test func `The documents have the keys of every command with --json`() throws {
        let section = try Documents.page("docs/commands.md").section("JSON, for programs").joined(separator: "\n")
        for help in Self.helps where help.text.contains("--json ") {
            #expect(section.contains(help.command), "\(help.command)")
        }
    }

    @Test func `The page about the log has every condition of the program, and no other`() throws {
        let sources = Repository.path("Sources")
        let files = try FileManager.default.subpathsOfDirectory(atPath: sources).filter { $0.hasSuffix(".swift") }
        let conditions = try files.flatMap { file in
            try Repository.text("Sources/\(file)")
                .matches(of: /LogCondition(?:\.ofRequests)?\("([a-z_]+)"/).map { String($0.1) }
        }
        let table = try Documents.page("docs/log.md").section("What lasts").filter { $0.hasPrefix("| `") }
        let documented = table.compactMap { $0.split(separator: "|").first }
            .flatMap { $0.matches(of: /`([a-z_]+)`/).map { String($0.1) } }
        #expect(conditions.count > 15 && Set(conditions).count == conditions.count)
        #expect(Set(documented) == Set(conditions) && documented.count == conditions.count)
    }

    /// A variable of another program could be mistaken for one without the prefix. Blocks show what the program prints, and so
    /// do some words within a line.
    @Test func `The documents write settings with their prefix`() throws {
        let others: Set<String> = ["DATABASE_URL", "REDIS_URL", "USER"]
        let names = Set(SettingTable.all.map(\.name)).subtracting(others)
        let printed = /`(?:(?:ERROR|WARNING|NOTICE|INFO|DEBUG): |USERS_PRESET django)[^`]*`/
        for page in try Documents.pages() {
            for line in page.prose where !line.hasPrefix("    ") {
                // PostgreSQL's command, on the list of what a proxy of AWS' takes amiss.
                if line.contains("AWS's list of") { continue }
                let words = line.replacing(printed, with: "").matches(of: /[A-Za-z0-9_${]+/).map { String($0.0) }
                for word in words {
                    let name = word.hasSuffix("_FILE") && !names.contains(word) ? String(word.dropLast(5)) : word
                    #expect(!names.contains(name), "\(word) in \(page.path): \(line)")
                }
            }
        }
    }

    /// The names and the help of all commands that do something. Made once: without optimization that takes seconds.
    private static let helps: [(command: String, text: String)] = AuthFCGI.configuration.subcommands
        .flatMap { $0.configuration.subcommands.isEmpty ? [$0] : $0.configuration.subcommands }
        .map { ($0._commandName, $0.helpMessage()) }

    /// Options of other programs in the documents: swift build, useradd, pg_restore, kubectl, the benchmarks.
    private static let othersFlags: Set<String> = [
        "--cacert", "--clean", "--data-only", "--disable-triggers", "--filter", "--for", "--generate-completion-script",
        "--help",
        "--http",
        "--if-exists", "--no-acl", "--no-owner", "--now", "--pattern", "--prefix", "--previous", "--product", "--redis",
        "--replicas", "--scan", "--scratch-path", "--smoke", "--static-swift-stdlib", "--system", "--tail", "--timeout",
        "--uncached",
    ]

    /// Returns the words of the documents that begin with `prefix` and continue with the given kind of characters.
    private func words(startingWith prefix: String, of isPart: (Character) -> Bool) -> Set<String> {
        Set(
            text.ranges(of: prefix).compactMap { range in
                if range.lowerBound > text.startIndex {
                    let before = text[text.index(before: range.lowerBound)]
                    guard !before.isLetter, !before.isNumber, !"./_-".contains(before) else { return nil }
                }
                return prefix + text[range.upperBound...].prefix(while: isPart)
            })
    }
}
