import FoundationEssentials
import TestSupport
import Testing

/// The nginx configurations of the pods of `deploy/kubernetes`, with nginx and the gate of this machine.
@Suite(.leavesCleanLogs) struct KubernetesPodTests {
    private let folder: TestFolder
    private let gate: GateProcess

    init() throws {
        folder = try TestFolder()
        gate = try GateProcess(in: folder, server: try PostgreSQLServer(in: folder), workers: 1)
    }

    /// Starts nginx with the configuration of a pod, whose ports become sockets called after them, and what it needs to
    /// run here instead.
    private func start(_ configuration: String, application: String = "") throws -> NginxServer {
        let prefix = try folder.makeFolder("nginx")
        try NginxServer.renderSite(
            from: Repository.path("nginx"), to: prefix,
            replacing: [("unix:/run/authfcgi/authfcgi.sock", "unix:\(gate.socketPath)")])
        let text = try String(contentsOfFile: Repository.path("deploy/kubernetes/\(configuration)"), encoding: .utf8)
            .replacing("/tmp/", with: "\(prefix)/").replacing("worker_rlimit_nofile 8192;", with: "")
            .replacing("error_log stderr;", with: "error_log \(prefix)/error.log;\ndaemon off;")
            .replacing("server 127.0.0.1:3000;", with: "server unix:\(application);")
            .replacing("listen 8080;", with: "listen unix:\(socket(8080));")
            .replacing("listen 8081;", with: "listen unix:\(socket(8081));")
        let listening = text.contains(socket(8081)) ? [8080, 8081] : [8080]
        return try NginxServer(in: folder, listening: listening.map { .unix(socket($0)) }) { _ in text }
    }

    private func socket(_ port: Int) -> String { folder.path("nginx/\(port).sock") }

    private func client(_ port: Int) -> HTTPClient { HTTPClient(.unix(socket(port))) }

    @Test func `a pod of the base has signing in on one port and the check on the other`() throws {
        let nginx = try start("base/nginx.conf")
        try gate.addUser("ann", password: "a-password-for-ann")
        let credentials = #"{"username":"ann","password":"a-password-for-ann"}"#
        let login = try client(8080).post("/auth/login", credentials)
        #expect(login.status == 200)
        let token = try #require(try object(login)["token"]?.text)
        RunRecord.note(secret: token)
        #expect(try client(8080).get("/auth/me", headers: [bearer(token)]).status == 200)
        #expect(try client(8080).get("/healthz").status == 200)
        #expect(try client(8080).get("/readyz").status == 200)
        for path in ["/", "/page", "/auth/verify", "/_authfcgi/verify"] {
            #expect(try client(8080).get(path, headers: [bearer(token)]).status == 404, "\(path)")
        }
        for path in ["/", "/page", "/auth/login", "/healthz"] {
            #expect(try client(8081).get(path).status == 401, "\(path)")
            #expect(try client(8081).get(path, headers: [bearer(token)]).headers["Remote-User"] == "ann", "\(path)")
        }
        withExtendedLifetime(nginx) {}
    }

    @Test func `an application with the gate beside it is closed, and knows who it is`() throws {
        let application = try EchoApplication(at: .unix(folder.path("app.sock")))
        let nginx = try start("overlays/sidecar/nginx.conf", application: folder.path("app.sock"))
        let token = try gate.signIn("ann", groups: ["staff"])
        RunRecord.note(secret: token)
        #expect(try client(8080).get("/page").status == 401)
        let answer = try client(8080).get("/page", headers: [bearer(token), ("Remote-User", "admin")])
        #expect(answer.status == 200)
        let request = EchoedRequest(answer)
        #expect(request["Remote-User"] == ["ann"])
        #expect(request["Remote-Groups"] == ["staff"])
        #expect(request["Authorization"] == [])
        #expect(try client(8080).get("/healthz").status == 200)
        withExtendedLifetime((nginx, application)) {}
    }
}
