import TestSupport

/// A pod that a browser can open: the gate, nginx with the shipped files on a port of 127.0.0.1, and an application that
/// responds with the requests it receives.
final class BrowserPod: Sendable {
    let gate: GateProcess
    let nginx: NginxServer
    /// The port of the site.
    let port: UInt16

    private let folder: TestFolder
    private let name: String
    private let application: EchoApplication

    /// Starts the pod.
    ///
    /// - Parameters:
    ///   - name: The name of its folder.
    ///   - files: The certificate of the site, or nil for plain http.
    ///   - environment: The environment of the gate, as for a `GateProcess`.
    init(
        in folder: TestFolder, name: String, server: PostgreSQLServer, database: String, port: UInt16,
        certificate files: TLSFiles?, environment: [String: String] = [:]
    ) throws {
        self.folder = folder
        self.name = name
        self.port = port
        let prefix = try folder.makeFolder(name)
        let application = "\(prefix)/app.sock"
        self.application = try EchoApplication(at: .unix(application))
        let gate = try GateProcess(
            in: folder, name: "\(name)-gate", server: server, database: database, workers: 1, environment: environment)
        self.gate = gate
        let certificate = files.map { "ssl_certificate \($0.certificate); ssl_certificate_key \($0.key);" } ?? ""
        let listening = "listen 127.0.0.1:\(port)\(files == nil ? "" : " ssl");"
        try NginxServer.renderSite(
            from: Repository.path("nginx"), to: prefix,
            replacing: [
                ("unix:/run/authfcgi/authfcgi.sock", "unix:\(gate.socketPath)"),
                ("listen 80;", "\(listening) \(certificate) access_log \(prefix)/access.log;"),
                ("server 127.0.0.1:3000;", "server unix:\(application);"),
            ])
        nginx = try NginxServer(in: folder, name: name, listening: [.tcp(port: port)]) {
            NginxServer.configuration(prefix: $0, http: "include example.conf;")
        }
    }

    deinit {
        RunRecord.keep(logs)
    }

    /// The logs by name, that of requests too. They must not contain secrets.
    var logs: [String: String] {
        [
            "\(name)'s gate": gate.log, "\(name)'s nginx": nginx.errorLog,
            "\(name)'s requests": folder.read("\(name)/access.log"),
        ]
    }
}
