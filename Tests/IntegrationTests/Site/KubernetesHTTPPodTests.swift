import FoundationEssentials
import TestSupport
import Testing

/// A pod of `deploy/kubernetes/overlays/http`, with its settings and the gate of this machine.
@Suite(.leavesCleanLogs) struct KubernetesHTTPPodTests {
    private let gate: GateProcess
    private let ports: [UInt16]
    private let overlay: String
    private let deployment: String

    init() throws {
        let folder = "deploy/kubernetes/overlays/http"
        overlay = try String(contentsOfFile: Repository.path("\(folder)/kustomization.yaml"), encoding: .utf8)
        deployment = try String(contentsOfFile: Repository.path("\(folder)/gate.yaml"), encoding: .utf8)
        let ports = try Endpoint.freePorts(2)
        let files = try TestFolder()
        let (server, database) = try SharedServers.newDatabase()
        let listen = try Self.setting("AUTHFCGI_LISTEN", in: overlay)
            .replacing("0.0.0.0:8080", with: "127.0.0.1:\(ports[0])")
            .replacing("0.0.0.0:8081", with: "127.0.0.1:\(ports[1])")
        gate = try GateProcess(
            in: files, server: server, database: database, workers: 1,
            environment: [
                "LISTEN": "unix:\(files.path("gate.sock")),\(listen)",
                "TRUSTED_PROXIES": try Self.setting("AUTHFCGI_TRUSTED_PROXIES", in: overlay),
            ])
        self.ports = ports
    }

    /// Returns the value of a setting in the overlay's list of literals.
    private static func setting(_ name: String, in overlay: String) throws -> String {
        let lines = overlay.split(separator: "\n").filter { $0.contains("- \(name)=") }
        let line = try #require(lines.count == 1 ? lines[0] : nil)
        return String(line.split(separator: "=", maxSplits: 1)[1])
    }

    private func client(_ port: Int) -> HTTPClient { HTTPClient(.tcp(port: ports[port])) }

    @Test func `its probes succeed, over HTTP`() throws {
        let paths = deployment.split(separator: "\n").filter { $0.contains("path: /") }
            .compactMap { $0.split(separator: " ").last.map(String.init) }
        #expect(paths == ["/healthz", "/healthz", "/readyz"])
        for path in Set(paths) { #expect(try client(0).get(path).status == 200, "\(path)") }
    }

    @Test func `one port has the gate's pages and checks, the other the check whatever is asked for`() throws {
        let token = try gate.signIn("ann", groups: ["staff"])
        RunRecord.note(secret: token)
        // As an ingress asks, which says who the client is.
        let proxied = [
            ("X-Forwarded-For", "203.0.113.7, 10.1.2.3"), ("X-Forwarded-Proto", "https"),
            ("X-Forwarded-Host", "app.example.com"), ("X-Forwarded-Uri", "/page?q=1"), ("X-Forwarded-Method", "GET"),
        ]
        let me = try client(0).get("/auth/me", headers: proxied + [bearer(token)])
        #expect(me.status == 200 && me.text.contains("\"ann\""))
        for path in ["/auth/verify", "/auth/forward", "/auth/require/group%20staff", "/auth/forward/page?q=1"] {
            let admitted = try client(0).get(path, headers: proxied + [bearer(token)])
            #expect(admitted.headers["Remote-User"] == "ann", "\(path)")
            #expect(try client(0).get(path, headers: proxied).status == 401, "\(path)")
        }
        #expect(try client(0).get("/auth/require/group%20admin", headers: proxied + [bearer(token)]).status == 403)
        let page = try client(0).get("/auth/forward", headers: proxied + [("Sec-Fetch-Mode", "navigate")])
        #expect(page.status == 302)
        #expect(page.headers["Location"] == "https://app.example.com/auth/login?rd=%2Fpage%3Fq%3D1")
        for path in ["/", "/page", "/auth/login", "/healthz", "/auth/login/../x"] {
            #expect(try client(1).get(path, headers: proxied).status == 401, "\(path)")
            #expect(try client(1).get(path, headers: [bearer(token)]).headers["Remote-User"] == "ann", "\(path)")
        }
    }
}
