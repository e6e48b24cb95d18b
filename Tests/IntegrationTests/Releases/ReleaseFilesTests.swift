import FoundationEssentials
import Glibc
import TestSupport
import Testing

/// The files of a release, as `deploy/release/make` makes them of this checkout and the program that is tested.
@Suite(.serialized) struct ReleaseFilesTests {
    private static let validator = Repository.path(".build-validators/bin/pyspdxtools")

    /// The files of a run.
    private struct Release: Sendable {
        let folder: TestFolder
        /// What `sha256sum` says of each file.
        let checksums: String

        init() throws {
            folder = try TestFolder()
            checksums = try ServerProcess.output(
                Repository.path("deploy/release/make"), ["--try", folder.path("files")],
                environment: ["AUTHFCGI_BINARY": GateProcess.executable, "SOURCE_DATE_EPOCH": "1700000000"],
                within: .seconds(180))
        }

        /// Returns the path of the first file whose name ends so.
        func path(_ ending: String) throws -> String {
            let names = checksums.split(separator: "\n").compactMap { $0.split(separator: " ").last }
            let name = try #require(names.first { $0.hasSuffix(ending) }, "no file \(ending)")
            return folder.path("files/\(name)")
        }
    }

    private static let made = Result { try Release() }

    @Test func `made again, the files have the same bytes`() throws {
        let checksums = try Self.made.get().checksums
        #expect(checksums.split(separator: "\n").count == 4)
        #expect(try Release().checksums == checksums)
    }

    @Test func `the archives have the source, and what an image is built from`() throws {
        let release = try Self.made.get()
        let source = try Self.files(in: release.path(".tar.gz"))
        for name in ["Package.swift", "LICENSE", "NOTICE", "README.md", "deploy/release/make", "docs/openapi.yaml"] {
            #expect(source.contains { $0.hasPrefix("authfcgi-") && $0.hasSuffix("/\(name)") }, "\(name)")
        }
        #expect(!source.contains { $0.contains("/.build") || $0.contains("/.git/") })
        let context = try Self.files(in: release.path("-context.tar.gz"))
        for name in ["Package.swift", "LICENSE", "NOTICE", "deploy/docker/Dockerfile"] {
            #expect(context.contains(name), "\(name)")
        }
        #expect(context.contains { $0.hasPrefix("Sources/AuthFCGI/") } && context.contains { $0.hasPrefix("Tests/") })
    }

    private static func files(in archive: String) throws -> Set<String> {
        Set(try ServerProcess.output("tar", ["-tzf", archive]).split(separator: "\n").map(String.init))
    }

    /// A bill of materials, as far as it is compared.
    private struct Bill: Decodable {
        struct Package: Decodable {
            struct Reference: Decodable {
                let referenceLocator: String
            }

            let name: String
            let versionInfo: String?
            let licenseDeclared: String
            let externalRefs: [Reference]?
        }

        let packages: [Package]
    }

    @Test func `the bill of materials is valid, and has the versions of libraries`() throws {
        let file = try Self.made.get().path(".spdx.json")
        try ServerProcess.output(Self.validator, ["--infile", file])
        let text = try String(contentsOf: URL(filePath: file), encoding: .utf8)
        let bill = try JSONDecoder().decode(Bill.self, from: Data(text.utf8))
        #expect(bill.packages.first?.name == "authfcgi")
        for name in ["hiredis", "libpq", "OpenSSL", "libfcgi", "libargon2", "libxcrypt"] {
            let package = try #require(bill.packages.first { $0.name == name }, "\(name)")
            #expect(package.versionInfo?.isEmpty == false, "\(name)")
            let address = try #require(package.externalRefs?.first?.referenceLocator)
            #expect(address.hasPrefix("pkg:deb/debian/lib"), "\(address)")
        }
        #expect(bill.packages.contains { $0.name == "swift-log" && $0.licenseDeclared == "Apache-2.0" })
    }

    @Test func `the package has the program, its units, the nginx files and the documents`() throws {
        let release = try Self.made.get()
        let root = release.folder.path("unpacked")
        try ServerProcess.output("dpkg-deb", ["-x", release.path(".deb"), root])
        #expect(try ServerProcess.output("\(root)/usr/bin/authfcgi", ["--version"]).contains("."))
        let unit = try Self.text("\(root)/usr/lib/systemd/system/authfcgi.service")
        #expect(unit.contains("ExecStart=/usr/bin/authfcgi serve ") && !unit.contains("/usr/local"))
        let files = FileManager.default
        let shipped = try files.contentsOfDirectory(atPath: Repository.path("nginx/authfcgi")).sorted()
        #expect(try files.contentsOfDirectory(atPath: "\(root)/etc/nginx/authfcgi").sorted() == shipped)
        let documents = "\(root)/usr/share/doc/authfcgi"
        for name in ["alerts.yml", "dashboard.json", "prometheus.yml"] {
            #expect(files.fileExists(atPath: "\(documents)/deploy/prometheus/\(name)"), "\(name)")
        }
        for name in ["README.md", "NOTICE", "copyright", "docs/getting-started.md", "docs/openapi.yaml"] {
            #expect(files.fileExists(atPath: "\(documents)/\(name)"), "\(name)")
        }
        // The text of the licence is in every Debian.
        let licence = try files.destinationOfSymbolicLink(atPath: "\(documents)/LICENSE")
        #expect(licence == "../../common-licenses/Apache-2.0")
        // A file that the administrator has changed is not replaced without a question.
        let fields = try ServerProcess.output("dpkg-deb", ["-I", release.path(".deb"), "conffiles"])
        #expect(fields.split(separator: "\n").count == shipped.count)
        let needed = try ServerProcess.output("dpkg-deb", ["-f", release.path(".deb"), "Depends"])
        for library in ["libpq5", "libfcgi0", "libssl3", "libargon2-1", "libcrypt1"] {
            #expect(needed.contains(library), "\(library): \(needed)")
        }
        #expect(!needed.contains("hiredis"), "it is a part of the program: \(needed)")
    }

    @Test func `the package has the manual page, and completions for shells, that the program makes`() throws {
        let release = try Self.made.get()
        let root = release.folder.path("generated")
        try ServerProcess.output("dpkg-deb", ["-x", release.path(".deb"), root])
        let page = try ServerProcess.output("gzip", ["-cd", "\(root)/usr/share/man/man1/authfcgi.1.gz"])
        let manual = try ServerProcess.output(GateProcess.executable, ["manual"])
        #expect(page == manual)
        let completions = [
            "bash": "bash-completion/completions/authfcgi", "zsh": "zsh/vendor-completions/_authfcgi",
            "fish": "fish/vendor_completions.d/authfcgi.fish",
        ]
        for (shell, file) in completions {
            let made = try ServerProcess.output(GateProcess.executable, ["--generate-completion-script", shell])
            let installed = try Self.text("\(root)/usr/share/\(file)")
            #expect(installed == made, "\(shell)")
        }
    }

    @Test func `the package and the bill of materials name the maintainer of the file owner, and NOTICE's copyright`()
        throws
    {
        let release = try Self.made.get()
        let owner = try Self.text(Repository.path("deploy/release/owner"))
        func value(_ key: String) throws -> String {
            let line = try #require(owner.split(separator: "\n").first { $0.hasPrefix("\(key)='") }, "\(key)")
            return String(line.dropFirst(key.utf8.count + 2).dropLast())
        }
        let (name, address, home) = (try value("name"), try value("address"), try value("home"))
        let maintainer = try ServerProcess.output("dpkg-deb", ["-f", release.path(".deb"), "Maintainer"])
        #expect(maintainer == "\(name) <\(address)>\n")
        let homepage = try ServerProcess.output("dpkg-deb", ["-f", release.path(".deb"), "Homepage"])
        #expect(homepage == "\(home)\n")
        let bill = try Self.text(release.path(".spdx.json"))
        #expect(bill.contains("\"Organization: \(name)\"") && bill.contains("\"\(home)/spdx/"))
        let notice = try Self.text(Repository.path("NOTICE"))
        let copyright = try #require(notice.split(separator: "\n").first { $0.hasPrefix("Copyright ") })
        #expect(bill.contains("\"copyrightText\": \"\(copyright)\""))
    }

    /// Only root may install a package, also into another folder than /.
    @Test func `installed, the settings are for the gate alone, and stay until it is purged`() throws {
        guard geteuid() == 0 else { return }
        let release = try Self.made.get()
        let root = try release.folder.makeFolder("root")
        for name in ["info", "updates", "triggers"] { try release.folder.makeFolder("root/var/lib/dpkg/\(name)") }
        try release.folder.write("root/var/lib/dpkg/status", "")
        try release.folder.makeFolder("root/etc")
        func dpkg(_ arguments: String...) throws {
            try ServerProcess.output(
                "dpkg", ["--root=\(root)", "--force-script-chrootless", "--force-depends", "--no-triggers"] + arguments)
        }
        try dpkg("--install", release.path(".deb"))
        #expect(try Self.text("\(root)/etc/passwd").hasPrefix("authfcgi:x:"))
        let group = try #require(try Self.text("\(root)/etc/group").split(separator: ":").dropFirst(2).first)
        let settings = "\(root)/etc/authfcgi/authfcgi.env"
        let rights = try ServerProcess.output("stat", ["-c", "%a %u %g", settings])
        #expect(rights == "640 0 \(group)\n")
        try Data("DATABASE_URL=postgresql:///mine\n".utf8).write(to: URL(filePath: settings))
        try dpkg("--install", release.path(".deb"))
        #expect(try Self.text(settings) == "DATABASE_URL=postgresql:///mine\n")
        try dpkg("--remove", "authfcgi")
        #expect(FileManager.default.fileExists(atPath: settings))
        #expect(!FileManager.default.fileExists(atPath: "\(root)/usr/bin/authfcgi"))
        try dpkg("--purge", "authfcgi")
        #expect(!FileManager.default.fileExists(atPath: settings))
    }

    private static func text(_ path: String) throws -> String {
        try String(contentsOf: URL(filePath: path), encoding: .utf8)
    }
}
