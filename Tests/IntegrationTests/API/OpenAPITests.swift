import FoundationEssentials
import TestSupport
import Testing

/// The description of the endpoints, `docs/openapi.yaml`, and the gate behind nginx: whatever is asked, each answer is one
/// of the description. What is asked, schemathesis chooses, as `Schemathesis/` says.
@Suite(.serialized, .leavesCleanLogs) struct OpenAPITests {
    private static let description = Repository.path("docs/openapi.yaml")
    /// That of the description's examples.
    private static let password = "correct horse battery staple"

    private static func tool(_ name: String) -> String { Repository.path(".build-validators/bin/\(name)") }

    @Test func `the description is valid`() throws {
        let output = try ServerProcess.output(Self.tool("openapi-spec-validator"), [Self.description])
        #expect(output.hasSuffix(": OK\n"), "\(output)")
    }

    /// What `Schemathesis/hooks.py` is told.
    private struct Requests: Encodable {
        let reader: String
        let passwords: [String: String]
        let ending: [String]
        let own: [String]
        let codes: [String: String]
        let record: String
    }

    @Test func `each answer is one of the description, and each good one occurs`() throws {
        let folder = try TestFolder()
        let postgreSQL = try PostgreSQLServer(in: folder)
        let port = try Endpoint.freePort()
        let pod = try Pod(
            in: folder, name: "pod", server: postgreSQL, workers: 1, extra: Self.servers(port),
            listeners: ["checks", "pages"])
        let result = try ServerProcess.run(
            Self.tool("schemathesis"),
            [
                "--config-file", Repository.path("Tests/IntegrationTests/API/Schemathesis/schemathesis.toml"),
                "--no-color", "run", Self.description,
            ],
            environment: [
                "AUTHFCGI_SITE": "http://127.0.0.1:\(port)",
                "AUTHFCGI_HOOKS": Repository.path("Tests/IntegrationTests/API/Schemathesis/hooks.py"),
                "AUTHFCGI_REQUESTS": String(
                    decoding: try JSONEncoder().encode(requests(to: pod, postgreSQL, record: folder.path("record"))),
                    as: UTF8.self),
                "PYTHONDONTWRITEBYTECODE": "1",
            ], workingFolder: folder.path, within: .seconds(240))
        #expect(result.status == .code(0), "\(result.output)\n\(result.errors)")
        let answers = Set(folder.read("record").split(separator: "\n").map(String.init))
        #expect(Self.good.subtracting(answers) == [])
        #expect(answers.filter { $0.contains(" 5") && $0 != "require 503" } == [])
    }

    /// A server for the site and for the checks, on one port, whose requests nginx does not count: it knows no address of
    /// their client.
    private static func servers(_ port: UInt16) -> String {
        """
        server { listen unix:@PREFIX@/checks.sock; include authfcgi/forward-auth.conf; }
        server { listen unix:@PREFIX@/pages.sock; include authfcgi/forward-pages.conf; }
        server {
            listen 127.0.0.1:\(port);
            proxy_set_header Host $http_host;
            location / { proxy_pass http://unix:@PREFIX@/site.sock; }
            location ^~ /auth/verify { proxy_pass http://unix:@PREFIX@/checks.sock; }
            location ^~ /auth/forward { proxy_pass http://unix:@PREFIX@/pages.sock; }
            include authfcgi/metrics.conf;
            location = /statusz { include authfcgi/to-gate.conf; }
            location ^~ /auth/require/ { include authfcgi/to-gate.conf; }
        }
        """
    }

    private func requests(to pod: Pod, _ postgreSQL: PostgreSQLServer, record: String) throws -> Requests {
        for user in ["ann", "json", "form", "dora", "erin"] { try pod.gate.addUser(user, password: Self.password) }
        func signedIn(_ user: String) throws -> String {
            let token = try #require(try object(pod.logIn(user, Self.password))["token"]?.text)
            RunRecord.note(secret: token)
            return token
        }
        func tokens(_ count: Int, of user: String) throws -> [String] {
            let all = "SELECT string_agg(create_access_token(\(user)), ' ') FROM generate_series(1, \(count)) AS number"
            return try postgreSQL.psql(all).split(separator: " ").map(String.init)
        }
        return Requests(
            reader: try pod.signIn("reader"), passwords: ["json": try signedIn("json"), "form": try signedIn("form")],
            ending: try tokens(1000, of: "'user' || number"), own: try tokens(300, of: "'reader'"),
            codes: ["page": try pod.gate.resetCode(of: "dora"), "form": try pod.gate.resetCode(of: "erin")],
            record: record)
    }

    /// The answers that a request must have got for the run to be worth something.
    private static let good: Set = [
        "signInPage 200", "signInPage 303", "signIn 200", "signIn 303", "signOutPage 200", "signOut 204", "signOut 303",
        "me 200", "listSessions 200", "endSession 204", "changePassword 204", "changePassword 303", "accountPage 200",
        "accountPage 303", "changeAccount 303", "newPasswordPage 200", "setPassword 303", "verify 200", "forward 200",
        "forward 302", "health 200", "readiness 200", "metrics 200", "status 200", "require 403",
    ]
}
