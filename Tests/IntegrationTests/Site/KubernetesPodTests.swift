import FoundationEssentials
import Glibc
import Synchronization
import TestSupport
import Testing

/// Containers that run their preStop hooks, started together.
private final class EndingContainers: Sendable {
    private let ended = Mutex<[String]>([])
    private let hooks = Mutex<[JoinableThread]>([])

    init(_ commands: [(name: String, command: [String])], path: String) {
        for (name, command) in commands {
            let hook = JoinableThread { [self] in
                do {
                    try ServerProcess.output("sh", ["-c", "PATH=\(path):$PATH; exec \"$@\"", "sh"] + command)
                    ended.withLock { $0.append(name) }
                } catch {
                    Issue.record(error)
                }
            }
            hooks.withLock { $0.append(hook) }
        }
    }

    /// Waits for all hooks, and returns their names in the order of their ends.
    func join() -> [String] {
        for hook in hooks.withLock({ $0 }) { hook.join() }
        return ended.withLock { $0 }
    }
}

/// The nginx configurations of the pods of `deploy/kubernetes`, with nginx and the gate of this machine.
@Suite(.leavesCleanLogs) struct KubernetesPodTests {
    private let folder: TestFolder
    private let gate: GateProcess

    init() throws {
        folder = try TestFolder()
        gate = try GateProcess(in: folder, server: try PostgreSQLServer(in: folder), workers: 1)
    }

    /// Starts nginx with the configuration of a pod. Its ports are replaced by sockets with their numbers as names, and
    /// settings that cannot be used on this machine are replaced too.
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
            .replacing("listen 8082;", with: "listen unix:\(socket(8082));")
        let listening = [8080, 8081, 8082].filter { text.contains(socket($0)) }
        return try NginxServer(in: folder, listening: listening.map { .unix(socket($0)) }) { _ in text }
    }

    private func socket(_ port: Int) -> String { folder.path("nginx/\(port).sock") }

    private func client(_ port: Int) -> HTTPClient { HTTPClient(.unix(socket(port))) }

    @Test func `a pod of the base has the endpoints on one port and the check on two others`() throws {
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
            #expect(try client(8081).get(path, headers: Browser.request()).status == 401, "\(path)")
            // The sign-in page cannot be reached by way of itself.
            let status = path == "/auth/login" ? 401 : 302
            #expect(try client(8082).get(path, headers: Browser.request()).status == status, "\(path)")
            #expect(try client(8082).get(path).status == 401, "\(path)")
            #expect(try client(8082).get(path, headers: [bearer(token)]).headers["Remote-User"] == "ann", "\(path)")
        }
        withExtendedLifetime(nginx) {}
    }

    @Test func `an application with the gate as sidecar is protected, and gets the identity`() throws {
        let application = try EchoApplication(at: .unix(folder.path("app.sock")))
        let nginx = try start("overlays/sidecar/nginx.conf", application: folder.path("app.sock"))
        let token = try gate.signIn("ann", groups: ["staff"])
        RunRecord.note(secret: token)
        #expect(try client(8080).get("/page").status == 401)
        let claims = [("Remote-User", "admin"), ("X-Forwarded-Proto", "https"), ("Host", "app.example:8443")]
        let answer = try client(8080).get("/page", headers: Browser.request(token) + claims)
        #expect(answer.status == 200)
        let request = EchoedRequest(answer)
        #expect(request["Remote-User"] == ["ann"])
        #expect(request["Remote-Groups"] == ["staff"])
        #expect(request["Cookie"] == [Browser.otherCookies])
        #expect(request["Host"] == ["app.example:8443"])
        #expect(request["X-Forwarded-Proto"] == ["https"])
        #expect(try client(8080).get("/healthz").status == 200)
        withExtendedLifetime((nginx, application)) {}
    }

    /// Returns the command of a container's preStop hook.
    private func preStop(_ manifest: String) throws -> [String] {
        let text = try String(contentsOfFile: Repository.path("deploy/kubernetes/\(manifest)"), encoding: .utf8)
        let hook = try #require(text.split(separator: "preStop:").dropFirst().first)
        let line = try #require(hook.split(separator: "\n").first { $0.contains("command:") })
        let command = try #require(line.split(separator: "command:").last)
        return try JSONDecoder().decode([String].self, from: Data(command.utf8))
    }

    /// Runs preStop hooks with the files of this nginx at twice the speed, and records the order of their ends.
    private func end(_ hooks: [(name: String, command: [String])], nginx: NginxServer) throws -> EndingContainers {
        let programs = try folder.makeFolder("programs")
        try folder.write("programs/sleep", "#!/bin/sh\nexec /bin/sleep $(echo $1 | awk '{ print $1 / 2 }')\n")
        try folder.write(
            "programs/nginx",
            "#!/bin/sh\nPATH=${PATH#*:}:/usr/sbin:/sbin\nexec \(ServerPrograms.nginx) -e \(nginx.prefix)/error.log "
                + "-p \(nginx.prefix)/ -c \(nginx.configurationFile) \"$@\"\n")
        for program in ["sleep", "nginx"] { unsafe chmod("\(programs)/\(program)", 0o755) }
        return EndingContainers(
            hooks.map { name, command in (name, command.map { $0.replacing("/tmp/", with: "\(nginx.prefix)/") }) },
            path: programs)
    }

    @Test func `a pod that shuts down finishes requests in flight, first in nginx, then in the gate`() throws {
        let nginx = try start("base/nginx.conf")
        try gate.addUser("ann", password: "a-password-for-ann")
        let token = try gate.signIn("ann")
        RunRecord.note(secret: token)
        let check = Endpoint.unix(socket(8081))
        let load = CheckLoad(threads: 4, pause: .milliseconds(2)) { _ in
            try HTTPClient(check).get("/page", headers: [bearer(token)]).status
        }
        try load.waitForAnswers(50)
        // A login whose second half is sent later.
        let credentials = #"{"username":"ann","password":"a-password-for-ann"}"#
        let login = client(8080)
        let head = "POST /auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length:"
        try login.send(Array("\(head) \(credentials.utf8.count)\r\n\r\n".utf8) + credentials.utf8.prefix(20))

        let containers = try end(
            [
                ("nginx", preStop("base/deployment.yaml")), ("gate", preStop("components/gate/gate.yaml")),
            ], nginx: nginx)
        // Load balancers still send requests: 1.5 s of the first sleep, which takes 2.5 s here.
        sleepThread(for: .milliseconds(1500))
        let report = load.stop()
        #expect(report.failures == [:])
        #expect(report.statuses == [200: report.count])
        try eventually("nginx takes no more", within: .seconds(15)) { !check.isListening }
        try login.send(Array(credentials.utf8.dropFirst(20)))
        let answer = try #require(try login.receive(toMethod: "POST"))
        #expect(answer.status == 200)
        login.close()
        RunRecord.note(secret: try #require(try object(answer)["token"]?.text))
        #expect(containers.join() == ["nginx", "gate"])
        #expect(try gate.stop() == .code(0))
    }
}
