import TestSupport

/// A pod: the gate, an nginx with the shipped files in front of it, and an application that responds with the requests
/// it receives. nginx asks the gate in the protocol of the test (``GateProtocol``).
final class Pod: HasLogs {
    let gate: GateProcess
    let nginx: NginxServer
    /// The address of the site of `nginx/example.conf`.
    let entry: Endpoint

    private let folder: TestFolder
    private let name: String
    private let application: EchoApplication
    private let applicationPath: String
    private let extra: String
    private let listeners: [String]
    /// Whether the gate and the application are those of another pod.
    private let isBeside: Bool

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
        self.extra = extra
        self.listeners = listeners
        isBeside = false
        let socket = "\(try folder.makeFolder(name))/app.sock"
        applicationPath = socket
        application = try EchoApplication(at: .unix(socket))
        let form = GateProtocol.current
        let gate = try GateProcess(
            in: folder, name: "\(name)-gate", server: server, workers: workers, environment: environment,
            listensForHTTP: form == .http)
        self.gate = gate
        (nginx, entry) = try Self.startNginx(
            over: form, in: folder, name: name, gate: gate, application: socket, extra: extra, listeners: listeners)
        RunRecord.watch(self)
    }

    /// Starts another nginx in front of the gate and the application of a pod, with the same configuration. It asks in
    /// the protocol of the test; for HTTP the other pod's nginx must ask over HTTP too.
    ///
    /// - Parameter name: The name of its folder. Without one it is named after the pod and the protocol.
    init(beside pod: Pod, name: String? = nil) throws {
        let form = GateProtocol.current
        let ownName = name ?? "\(pod.name)-\(form)"
        folder = pod.folder
        self.name = ownName
        extra = pod.extra
        listeners = pod.listeners
        isBeside = true
        applicationPath = pod.applicationPath
        application = pod.application
        gate = pod.gate
        (nginx, entry) = try Self.startNginx(
            over: form, in: pod.folder, name: ownName, gate: pod.gate, application: pod.applicationPath,
            extra: pod.extra, listeners: pod.listeners)
        RunRecord.watch(self)
    }

    private static func startNginx(
        over form: GateProtocol, in folder: TestFolder, name: String, gate: GateProcess, application: String,
        extra: String, listeners: [String]
    ) throws -> (NginxServer, Endpoint) {
        let sockets = (["site"] + listeners).map { folder.path("\(name)/\($0).sock") }
        let nginx = try NginxServer(
            over: form, in: folder, name: name, gate: gate, application: application,
            listening: sockets.map(Endpoint.unix), directives: "listen unix:\(folder.path("\(name)/site.sock"));",
            extra: extra)
        return (nginx, .unix(folder.path("\(name)/site.sock")))
    }

    deinit {
        RunRecord.keep(logs)
    }

    var logs: [String: String] {
        let own = ["\(name)'s nginx": nginx.errorLog]
        return isBeside ? own : own.merging(["\(name)'s gate": gate.log]) { $1 }
    }

    /// Returns the path of a file that nginx has in its folder, below the folder of the test.
    func file(_ file: String) -> String { "\(name)/\(file)" }

    /// Returns the address of a socket in `extra`.
    func listener(_ socket: String) -> Endpoint { .unix(folder.path(file("\(socket).sock"))) }

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
