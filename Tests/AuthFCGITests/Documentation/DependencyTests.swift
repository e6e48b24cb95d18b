import FoundationEssentials
import TestSupport
import Testing

/// `deploy/release/dependencies.tsv` has what Package.swift uses, and docs/architecture.md has it with the same licences.
@Suite struct DependencyTests {
    /// A line of the list.
    private struct Dependency {
        let name: String
        /// `swift:NAME`, `apt:NAME` or `toolchain`.
        let package: String
        let isStatic: Bool
        let licence: String
    }

    private let list: [Dependency]
    private let manifest: String

    init() throws {
        let lines = try Repository.text("deploy/release/dependencies.tsv").split(separator: "\n").filter {
            !$0.hasPrefix("#")
        }
        list = try lines.map { line in
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            try #require(fields.count == 5 && ["static", "shared"].contains(fields[2]), "\(line)")
            return Dependency(name: fields[0], package: fields[1], isStatic: fields[2] == "static", licence: fields[3])
        }
        manifest = try Repository.text("Package.swift")
    }

    /// Returns the texts of Package.swift between two others.
    private func texts(after opening: String, until closing: Character) -> [String] {
        manifest.split(separator: opening, omittingEmptySubsequences: false).dropFirst().map { rest in
            String(rest.prefix { $0 != closing })
        }
    }

    @Test func `The list has each package of Package.swift, and no other`() {
        let swift = texts(after: ".package(url: \"", until: "\"").map { url in
            "swift:\(url.split(separator: "/").last ?? "")"
        }
        let debian = texts(after: ".apt([\"", until: "\"").map { "apt:\($0)" }
        #expect(swift.count >= 4 && debian.count >= 6)
        #expect(list.map(\.package).sorted() == (swift + debian + ["toolchain"]).sorted())
    }

    @Test func `Libraries that are linked by the name of an archive are in the program`() {
        for archive in texts(after: ".linkedLibrary(\":lib", until: ".") {
            #expect(list.contains { $0.name == archive && $0.isStatic }, "\(archive)")
        }
    }

    @Test func `The document has each dependency and its licence`() throws {
        let table = try Documents.page("docs/architecture.md").section("Dependencies").filter { $0.hasPrefix("| ") }
        for dependency in list {
            #expect(
                table.contains { $0.hasPrefix("| \(dependency.name) | \(dependency.licence) | ") }, "\(dependency.name)"
            )
        }
        // The first line names the columns.
        #expect(table.count == list.count + 1)
    }

    @Test func `NOTICE names what is in the program`() throws {
        let notice = try Repository.text("NOTICE")
        for dependency in list where dependency.isStatic {
            #expect(notice.contains(dependency.name), "\(dependency.name)")
        }
    }

    @Test func `The licence is the Apache License 2.0, complete`() throws {
        let licence = try Repository.text("LICENSE")
        #expect(licence.contains("Version 2.0, January 2004") && licence.contains("9. Accepting Warranty"))
        #expect(licence.contains("END OF TERMS AND CONDITIONS"))
    }
}
