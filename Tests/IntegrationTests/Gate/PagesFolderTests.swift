import FoundationEssentials
import Glibc
import TestSupport
import Testing

@testable import Sessions

/// `PAGES_FOLDER`: a broken template is a problem at the start and at a reload, not when a page is shown.
@Suite struct PagesFolderTests {
    private let server: PostgreSQLServer
    private let database: String
    private let folder: TestFolder

    init() throws {
        (server, database) = try SharedServers.newDatabase()
        folder = try TestFolder()
        try folder.makeFolder("pages")
    }

    private static let broken = "<h1>Bye</h1>\n{{#message}}\n{{/mesage}}\n"
    private static let problem = "PAGES_FOLDER: signed-out.mustache, line 3: this tag does not end the section"

    private func run(_ command: [String], pages: String) throws -> CommandResult {
        try ServerProcess.run(
            GateProcess.executable, command,
            environment: [
                "DATABASE_URL": server.url(database: database), "LISTEN": "unix:\(folder.path("s"))",
                "PAGES_FOLDER": pages,
            ])
    }

    @Test func `a broken template ends serve and config check with 78, its file, its line and advice`() throws {
        try folder.write("pages/signed-out.mustache", Self.broken)
        for command in [["serve"], ["config", "check"], ["config", "check", "--settings-only"]] {
            let result = try run(command, pages: folder.path("pages"))
            #expect(result.status == .code(78), "\(result)")
            #expect(result.errors.hasPrefix("authfcgi: \(Self.problem)"), "\(result)")
        }
        // The commands for administrators show no pages.
        #expect(try run(["user", "list"], pages: folder.path("pages")).status.isSuccess)
    }

    @Test func `a folder that cannot be read ends serve and config check with 78`() throws {
        try folder.write("file", "")
        for (path, words) in [("none", "No such file or directory"), ("file", "it is no folder")] {
            for command in [["serve"], ["config", "check"]] {
                let result = try run(command, pages: folder.path(path))
                #expect(result.status == .code(78) && result.errors.contains(words), "\(result)")
                #expect(result.errors.contains("PAGES_FOLDER: \(folder.path(path))"), "\(result)")
            }
        }
    }

    @Test func `templates, texts and files of other types in a folder are fine`() throws {
        try folder.write(
            "pages/signed-out.mustache", "{{<layout}}{{$content}}<h1>{{text.bye}}</h1>{{/content}}{{/layout}}")
        try folder.write("pages/en.json", #"{"bye": "Bye"}"#)
        try folder.write("pages/README", "{{#")
        try folder.write("pages/.hidden.mustache", "{{#")
        let result = try run(["config", "check", "--settings-only"], pages: folder.path("pages"))
        #expect(result.status.isSuccess, "\(result)")
    }

    @Test func `a reload with a broken template keeps the workers that serve`() throws {
        let gate = try GateProcess(
            in: folder, server: server, database: database, workers: 1,
            environment: ["PAGES_FOLDER": folder.path("pages")])
        try folder.write("pages/signed-out.mustache", Self.broken)
        try gate.send(SIGHUP)
        try gate.waitForLog(containing: "reload failed: keeping the current settings")
        try gate.waitForLog(containing: Self.problem)
        #expect(try gate.check(try gate.signIn("ann")) == 200)
        try folder.write("pages/signed-out.mustache", "<h1>Bye</h1>")
        try gate.send(SIGHUP)
        try gate.waitForLog(containing: "reload complete: all workers use the new settings")
    }

    // MARK: Replaced workers

    /// Kills the worker, and expects that another one takes its place, shows the text and answers checks.
    private func expectReplacement(_ gate: GateProcess, _ token: String, shows text: String) throws {
        let before = try gate.workers
        for worker in before { kill(worker, SIGKILL) }
        try eventually("another worker is there", within: .seconds(20), log: gate.log) {
            try gate.workers.contains { !before.contains($0) && ProcessInspector($0).state != "Z" }
        }
        try gate.waitUntilReady()
        #expect(try gate.check(token) == 200)
        let page = try gate.load("/auth/login", [("HTTP_ACCEPT_LANGUAGE", "en")])
        #expect(page.status == 200 && page.text.contains(text), "\(page.text)")
        #expect(!gate.log.contains("CRITICAL"), "\(gate.log)")
    }

    @Test func `a worker that dies is replaced with the pages that were accepted, whatever became of the folder`()
        throws
    {
        try folder.write("pages/en.json", #"{"signIn": "Come in"}"#)
        let gate = try GateProcess(
            in: folder, server: server, database: database, workers: 1,
            environment: ["PAGES_FOLDER": folder.path("pages")])
        let token = try gate.signIn("ann")
        try folder.write("pages/en.json", #"{"signIn":"half"#)
        try expectReplacement(gate, token, shows: "Come in")
        try gate.send(SIGHUP)
        try gate.waitForLog(containing: "reload failed: keeping the current settings")
        try expectReplacement(gate, token, shows: "Come in")
        try FileManager.default.moveItem(atPath: folder.path("pages"), toPath: folder.path("elsewhere"))
        try expectReplacement(gate, token, shows: "Come in")
    }
}
