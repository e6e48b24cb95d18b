import TestSupport

/// A pod: the gate, an nginx with the shipped files in front of it, and an application that responds with the requests
/// it receives. nginx asks the gate in the protocol of the test (``GateProtocol``).
final class Pod: Sendable {
    let gate: GateProcess
    let nginx: NginxServer
    /// The address of the site of `nginx/example.conf`.
    let entry: Endpoint

    private let folder: TestFolder
    private let name: String
    private let application: EchoApplication

    /// Starts the pod.
    ///
    /// - Parameters:
    ///   - name: The name of its folder.
    ///   - environment: The environment of the gate, as for a `GateProcess`.
    ///   - extra: Additional configuration in nginx's http block, such as a server for `listener(_:)`. The words
    ///     @PREFIX@ and @APP@ in it are replaced by nginx's folder and the application's socket.
    ///   - listeners: The names of the sockets in `extra`, `@PREFIX@/NAME.sock`.
    init(
        in folder: TestFolder, name: String, server: PostgreSQLServer, workers: Int = 2,
        environment: [String: String] = [:], extra: String = "", listeners: [String] = []
    ) throws {
        self.folder = folder
        self.name = name
        let prefix = try folder.makeFolder(name)
        let (application, site) = ("\(prefix)/app.sock", "\(prefix)/site.sock")
        self.application = try EchoApplication(at: .unix(application))
        let form = GateProtocol.current
        let gate = try GateProcess(
            in: folder, name: "\(name)-gate", server: server, workers: workers, environment: environment,
            listensForHTTP: form == .http)
        self.gate = gate
        entry = .unix(site)
        try NginxServer.renderSite(
            from: Repository.path("nginx"), to: prefix,
            replacing: [
                ("unix:/run/authfcgi/authfcgi.sock", "unix:\(gate.socketPath)"),
                ("unix:/run/authfcgi/http.sock", "unix:\(gate.httpSocketPath)"),
                ("listen 80;", "listen unix:\(site);"), ("server 127.0.0.1:3000;", "server unix:\(application);"),
            ] + form.includes)
        let extra = form.converted(extra).replacing("@PREFIX@", with: prefix).replacing("@APP@", with: application)
        let sockets = [site] + listeners.map { "\(prefix)/\($0).sock" }
        nginx = try NginxServer(in: folder, name: name, listening: sockets.map(Endpoint.unix)) {
            NginxServer.configuration(prefix: $0, http: "include example.conf;\n\(extra)")
        }
        RunRecord.watch(self)
    }

    deinit {
        RunRecord.keep(logs)
    }

    /// The logs by name. They must not contain secrets.
    var logs: [String: String] { ["\(name)'s gate": gate.log, "\(name)'s nginx": nginx.errorLog] }

    /// Returns the address of a socket in `extra`.
    func listener(_ socket: String) -> Endpoint { .unix(folder.path("\(name)/\(socket).sock")) }

    /// Returns a client of the site, or of another listener, that makes a connection for each request.
    func client(_ socket: String? = nil) -> HTTPClient { HTTPClient(socket.map(listener) ?? entry) }

    /// Logs in with a password and returns the response.
    func logIn(_ name: String, _ password: String) throws -> HTTPAnswer {
        RunRecord.note(secret: password)
        return try client().post("/auth/login", #"{"username":"\#(name)","password":"\#(password)"}"#)
    }

    /// Creates a session without a password and returns its token.
    func signIn(_ userID: String = "ann", groups: [String] = []) throws -> String {
        let token = try gate.signIn(userID, groups: groups)
        RunRecord.note(secret: token)
        return token
    }
}

/// Returns the header that carries the token of an API client.
func bearer(_ token: String) -> (String, String) { ("Authorization", "Bearer \(token)") }

/// Returns the header that carries the token of a browser.
func cookie(_ token: String) -> (String, String) { ("Cookie", "__Host-session=\(token)") }
