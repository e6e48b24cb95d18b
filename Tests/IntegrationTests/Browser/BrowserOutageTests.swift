import FoundationEssentials
import TestSupport
import Testing

/// What people see while it cannot be determined who is signed in.
@Suite(.serialized, .leavesCleanLogs) struct BrowserOutageTests {
    private let folder: TestFolder
    private let postgreSQL: PostgreSQLServer
    private let ports: BrowserPorts
    private let pod: BrowserPod
    private static let password = "correct horse battery"

    init() throws {
        folder = try TestFolder()
        postgreSQL = try PostgreSQLServer(in: folder)
        let free = try Endpoint.freePorts(2)
        ports = BrowserPorts(fastCGI: free[0], http: free[1])
        let files = try TLSFiles(in: folder, names: ["DNS:*.example.test"])
        pod = try BrowserPod(
            in: folder, name: "site", server: postgreSQL, database: "postgres", ports: ports, certificate: files)
    }

    @Test func `while the gate is away a page says so, and goes on by itself afterwards`() throws {
        try pod.gate.addUser("ann", password: Self.password)
        RunRecord.note(secret: Self.password)
        // One outage for the sites of both protocols.
        var settings = BrowserSettings(site: "https://app.example.test:\(ports[.fastCGI])")
        settings.beside = "https://app.example.test:\(ports[.http])"
        settings.password = Self.password
        let run = try BrowserRun(["page_while_away"], settings, in: folder)
        try run.wait(forStep: "signed in")
        pod.gate.kill()
        try run.wait(forStep: "away")
        try pod.gate.start()
        #expect(try run.problems() == ["page_while_away": ""])
    }
}
