import FoundationEssentials
import Synchronization
import TestSupport

/// An application of `deploy/examples` as a user runs it: behind nginx with the shipped files, with a gate, and with a
/// PostgreSQL that logs as much as possible.
final class ExampleSite: Sendable {
    let example: Example
    let postgreSQL: PostgreSQLServer
    let gate: GateProcess

    private let folder: TestFolder
    private let nginx: NginxServer
    private let application: ServerProcess
    private let entry: Endpoint
    private let secretsInUse = Mutex<Set<String>>([])
    /// The hashes by password. They are cached because hashing is slow.
    private let hashes = Mutex<[String: String]>([:])

    /// Starts the site.
    ///
    /// - Parameter loginRate: The rate limit of nginx for logins, or nil for the shipped limit.
    init(_ example: Example, loginRate: String? = "1000r/s") throws {
        let folder = try TestFolder()
        let server = try PostgreSQLServer(in: folder, settings: Self.logsEverything)
        let gate = try GateProcess(in: folder, server: server, workers: 1)
        try server.psql(String(contentsOfFile: Repository.path("deploy/examples/schema.sql"), encoding: .utf8))

        let prefix = try folder.makeFolder("nginx")
        let (socket, site) = ("\(prefix)/app.sock", "\(prefix)/site.sock")
        application = try example.start(in: folder, listeningAt: socket, database: server)
        try NginxServer.renderSite(
            from: Repository.path("nginx"), to: prefix,
            replacing: [("unix:/run/authfcgi/authfcgi.sock", "unix:\(gate.socketPath)")])
        try NginxServer.renderSite(
            from: Repository.path("deploy/examples"), to: "\(prefix)/examples",
            replacing: [
                ("listen 80;", "listen unix:\(site);"), ("unix:/run/app/app.sock", "unix:\(socket)"),
                ("unix:/run/php/app.sock", "unix:\(socket)"), ("/srv/app/", folder.path("\(example.rawValue)/")),
                ("include fastcgi_params;", "include /etc/nginx/fastcgi_params;"),
                ("rate=30r/m", "rate=\(loginRate ?? "30r/m")"),
            ])
        nginx = try NginxServer(in: folder, listening: [.unix(site)]) {
            NginxServer.configuration(prefix: $0, http: "include examples/nginx.conf;")
        }
        (self.example, self.folder, postgreSQL, self.gate, entry) = (example, folder, server, gate, .unix(site))
    }

    /// All settings that an administrator might enable to diagnose a fault.
    private static let logsEverything = [
        "log_statement": "all", "log_min_duration_statement": "0", "log_duration": "on",
        "log_error_verbosity": "verbose",
        "log_parameter_max_length": "-1", "log_parameter_max_length_on_error": "-1",
        "shared_preload_libraries": "auto_explain", "auto_explain.log_min_duration": "0",
        "auto_explain.log_nested_statements": "on", "auto_explain.log_verbose": "on",
    ]

    /// The passwords and tokens used so far.
    var secrets: Set<String> { secretsInUse.withLock { $0 } }

    /// The logs by name. They must not contain secrets.
    var logs: [String: String] {
        [
            "PostgreSQL": postgreSQL.log, "the gate": gate.log, "nginx": nginx.errorLog,
            "the application": folder.read("\(example.rawValue).log"),
        ]
    }

    /// Adds a user to the application's own table.
    func addUser(_ name: String, password: String, groups: [String] = []) throws {
        let groups = groups.map(GateProcess.quoted).joined(separator: ",")
        let known = hashes.withLock { $0[password] }
        let hash = try known ?? example.hash(password)
        hashes.withLock { $0[password] = hash }
        try postgreSQL.psql(
            """
            INSERT INTO app_users (username, password_hash, groups) VALUES
            (\(GateProcess.quoted(name)), \(GateProcess.quoted(hash)), ARRAY[\(groups)]::text[])
            """)
    }

    func get(_ path: String, _ headers: [(String, String)] = []) throws -> HTTPAnswer {
        try HTTPClient(entry).get(path, headers: [("Host", example.host)] + headers)
    }

    func post(_ path: String, _ headers: [(String, String)] = []) throws -> HTTPAnswer {
        try HTTPClient(entry).request("POST", path, headers: [("Host", example.host)] + headers)
    }

    /// Sends the application's login form, or the equivalent JSON.
    func logIn(_ name: String, _ password: String, _ headers: [(String, String)] = []) throws -> HTTPAnswer {
        secretsInUse.withLock { _ = $0.insert(password) }
        let headers = [("Host", example.host)] + headers
        let client = HTTPClient(entry)
        if example == .php {
            return try client.post("/login", form: [("username", name), ("password", password)], headers: headers)
        }
        let body = try JSONEncoder().encode(["username": name, "password": password])
        return try client.post("/login", String(decoding: body, as: UTF8.self), headers: headers)
    }

    /// Returns the token in the response to a login, or nil if there is none.
    func token(_ answer: HTTPAnswer) -> String? {
        let inBody = try? object(answer)["token"]?.text
        guard let token = inBody ?? answer.headers.cookie("__Host-session"), !token.isEmpty else { return nil }
        secretsInUse.withLock { _ = $0.insert(token) }
        return token
    }
}
