import Glibc
import TestSupport
import Testing

/// The FastCGI role AUTHORIZER, as lighttpd's mod_fastcgi uses it.
@Suite(.leavesCleanLogs) struct AuthorizerTests {
    @Test func `lighttpd admits users with a session, and its CGI programs get the identity`() throws {
        let folder = try TestFolder()
        let (server, database) = try SharedServers.newDatabase()
        let gate = try GateProcess(in: folder, server: server, database: database)
        let token = try gate.signIn("ann", groups: ["staff"])
        RunRecord.note(secret: token)
        let root = try folder.makeFolder("www")
        let program = """
            #!/bin/sh
            printf 'Content-Type: text/plain\\n\\n'
            printf '%s %s' "$REMOTE_USER" "$REMOTE_GROUPS"
            """
        try folder.write("www/who.cgi", program, mode: 0o755)
        let socket = folder.path("web.sock")
        let configuration = """
            server.modules = ("mod_fastcgi", "mod_cgi")
            server.document-root = "\(root)"
            server.bind = "\(socket)"
            server.errorlog = "\(folder.path("lighttpd-error.log"))"
            fastcgi.server = ("/" => (("socket" => "\(gate.socketPath)", "mode" => "authorizer",
                "check-local" => "disable")))
            cgi.assign = (".cgi" => "")

            """
        let file = try folder.write("lighttpd.conf", configuration)
        let web = try ServerProcess("lighttpd", ["-D", "-f", file], logFile: folder.path("lighttpd.log"))
        let entry = Endpoint.unix(socket)
        try eventually("lighttpd accepts", log: web.log) {
            try web.requireRunning()
            return entry.isListening
        }
        let client = HTTPClient(entry)
        let refused = try client.get("/who.cgi")
        #expect(refused.status == 401)
        #expect(refused.headers["WWW-Authenticate"] == "Bearer")
        #expect(try client.get("/healthz").status == 401)
        #expect(try client.get("/auth/login").status == 401)
        let accepted = try client.get("/who.cgi", headers: [bearer(token)])
        #expect(accepted.status == 200)
        #expect(accepted.text == "ann staff")
        #expect(try client.get("/who.cgi", headers: [cookie(token)]).text == "ann staff")
        try server.psql("SELECT revoke_user_sessions('ann')", database: database)
        try eventually("the session has ended", within: .seconds(1)) {
            try client.get("/who.cgi", headers: [bearer(token)]).status == 401
        }
        RunRecord.keep(["lighttpd's gate": gate.log, "lighttpd": folder.read("lighttpd-error.log")])
    }

    @Test func `an authorizer's response has the identity in variables only`() throws {
        let folder = try TestFolder()
        let (server, database) = try SharedServers.newDatabase()
        let gate = try GateProcess(in: folder, server: server, database: database, workers: 1)
        let token = try gate.signIn("ann", groups: ["staff"])
        RunRecord.note(secret: token)
        // The path is that of the client's request.
        for path in ["/", "/healthz", "/auth/login"] {
            let parameters = [("REQUEST_METHOD", "POST"), ("SCRIPT_NAME", path), ("CONTENT_LENGTH", "7")]
            func ask(_ more: [(String, String)]) throws -> FastCGIAnswer {
                try FastCGIClient.request(
                    gate.endpoint, role: FastCGIRecord.Role.authorizer, parameters: parameters + more)
            }
            #expect(try ask([]).status == 401)
            let answer = try ask([("HTTP_AUTHORIZATION", "Bearer \(token)")])
            #expect(answer.status == 200)
            #expect(answer.headers["Variable-REMOTE_USER"] == "ann")
            #expect(answer.headers["Variable-REMOTE_GROUPS"] == "staff")
            #expect(answer.headers["Remote-User"] == nil)
            for (requirement, status) in [("group staff", 200), ("group admin", 403), ("staff", 503)] {
                let parameters = [("HTTP_AUTHORIZATION", "Bearer \(token)"), ("AUTH_REQUIRE", requirement)]
                let answer = try ask(parameters)
                #expect(answer.status == status, "\(requirement)")
                #expect(answer.headers["Variable-REMOTE_USER"] == (status == 200 ? "ann" : nil), "\(requirement)")
                #expect(try ask([parameters[1]]).status == 401, "\(requirement)")
            }
        }
        RunRecord.keep(["the authorizer": gate.log])
    }
}
