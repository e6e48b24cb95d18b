import Glibc
import TestSupport
import Testing

/// Checks over HTTP, on connections that nginx keeps: with proxies, restarts and reloads in between, none is lost. The death
/// of a worker is in `OutageTests`, for both protocols.
@Suite(.serialized, .leavesCleanLogs) struct KeptCheckTests {
    /// A site whose nginx reaches the gate's HTTP socket through a proxy, and nothing else of the gate.
    private final class KeptSite: HasLogs {
        let gate: GateProcess
        let link: SocketProxy
        let nginx: NginxServer
        let entry: Endpoint
        private let folder: TestFolder
        private let application: EchoApplication

        init() throws {
            folder = try TestFolder()
            let (server, database) = try SharedServers.newDatabase()
            gate = try GateProcess(in: folder, server: server, database: database, listensForHTTP: true)
            let (site, between, app) = (folder.path("site.sock"), folder.path("link.sock"), folder.path("app.sock"))
            link = try SocketProxy(listening: .unix(between), server: .unix(gate.httpSocketPath))
            application = try EchoApplication(at: .unix(app))
            entry = .unix(site)
            let prefix = try folder.makeFolder("nginx")
            try NginxServer.renderSite(
                from: Repository.path("nginx"), to: prefix,
                replacing: [
                    ("unix:/run/authfcgi/http.sock", "unix:\(between)"), ("listen 80;", "listen unix:\(site);"),
                    ("server 127.0.0.1:3000;", "server unix:\(app);"),
                ] + GateProtocol.http.includes)
            nginx = try NginxServer(in: folder, listening: [entry]) {
                NginxServer.configuration(prefix: $0, http: "include example.conf;")
            }
            RunRecord.watch(self)
        }

        var logs: [String: String] {
            ["the gate of kept checks": gate.log, "the nginx of kept checks": nginx.errorLog]
        }

        func load(_ token: String) -> LoadGenerator {
            LoadGenerator(entry, threads: 4, keepsAlive: false) { _ in
                LoadRequest("GET", "/api/page", headers: [bearer(token)])
            }
        }

        func signIn() throws -> String {
            let token = try gate.signIn("ann")
            RunRecord.note(secret: token)
            return token
        }
    }

    /// Each test ends with a gate that serves.
    private static let shared = OncePerSuite { try KeptSite() }
    private let site: KeptSite

    init() throws { site = try Self.shared.get() }

    private func expectAllAdmitted(_ report: LoadReport, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(
            report.errorCount == 0 && report.statuses.keys.sorted() == [200], "\(report)",
            sourceLocation: sourceLocation)
    }

    @Test func `nginx asks again and again on one connection`() throws {
        let token = try site.signIn()
        let client = HTTPClient(site.entry)
        let before = site.link.acceptedCount
        for _ in 0..<50 {
            #expect(try client.get("/api/page", headers: [bearer(token)]).status == 200)
            #expect(try client.get("/api/page").status == 401)
            #expect(try client.post("/api/page", "x", headers: [bearer(token)]).status == 200)
        }
        // As many as there are processes of nginx, and one that was closed meanwhile.
        let kept = site.link.acceptedCount
        #expect(kept <= before + 2)
        // The gate's own pages come on connections of their own: a POST that meets a closed one is not sent again.
        for _ in 0..<5 { #expect(try client.get("/auth/me", headers: [bearer(token)]).status == 200) }
        #expect(site.link.acceptedCount == kept + 5)
    }

    @Test func `a kept connection that was closed loses no check`() throws {
        let token = try site.signIn()
        let client = HTTPClient(site.entry)
        for _ in 0..<20 {
            for _ in 0..<3 { #expect(try client.get("/api/page", headers: [bearer(token)]).status == 200) }
            site.link.cut()
        }
        let load = site.load(token)
        for _ in 0..<20 {
            try load.waitForRequests(20)
            site.link.cut()
        }
        expectAllAdmitted(load.stop())
    }

    @Test func `a reload loses no check`() throws {
        let token = try site.signIn()
        let load = site.load(token)
        try load.waitForRequests(100)
        let old = try site.gate.workers
        try site.gate.send(SIGHUP)
        try site.gate.waitForLog(
            containing: "reload complete: all workers use the new settings", within: .seconds(30))
        try eventually("the old workers are gone", log: site.gate.log) {
            try site.gate.workers.allSatisfy { !old.contains($0) }
        }
        try load.waitForRequests(100)
        expectAllAdmitted(load.stop())
    }

    @Test func `while the gate is away the answer is 503, and nobody is signed out`() throws {
        let token = try site.signIn()
        let load = site.load(token)
        try load.waitForRequests(100)
        #expect(try site.gate.stop() == .code(0))
        try load.waitForRequests(20)
        try site.gate.start()
        try eventually("checks are answered again", log: site.gate.log) {
            try HTTPClient(site.entry).get("/api/page", headers: [bearer(token)]).status == 200
        }
        let report = load.stop()
        #expect(report.errorCount == 0, "\(report)")
        #expect(Set(report.statuses.keys) == [200, 503], "\(report)")
    }
}
