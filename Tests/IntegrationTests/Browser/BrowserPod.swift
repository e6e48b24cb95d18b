import TestSupport

/// A pod that a browser can open: the gate, an application that responds with the requests it receives, and two nginx with
/// the shipped files, on ports of 127.0.0.1: one asks the gate over FastCGI, the other one over HTTP.
final class BrowserPod: HasLogs {
    let gate: GateProcess

    private let folder: TestFolder
    private let name: String
    private let application: EchoApplication
    private let servers: [NginxServer]

    /// Starts the pod.
    ///
    /// - Parameters:
    ///   - name: The name of its folders.
    ///   - ports: The ports of its sites.
    ///   - files: The certificate of the sites, or nil for plain http.
    ///   - environment: The environment of the gate, as for a `GateProcess`.
    init(
        in folder: TestFolder, name: String, server: PostgreSQLServer, database: String, ports: BrowserPorts,
        certificate files: TLSFiles?, environment: [String: String] = [:]
    ) throws {
        self.folder = folder
        self.name = name
        let application = folder.path("\(name)-app.sock")
        self.application = try EchoApplication(at: .unix(application))
        let gate = try GateProcess(
            in: folder, name: "\(name)-gate", server: server, database: database, workers: 1, environment: environment,
            listensForHTTP: true)
        self.gate = gate
        let certificate = files.map { "ssl_certificate \($0.certificate); ssl_certificate_key \($0.key);" } ?? ""
        servers = try GateProtocol.allCases.map { form in
            let (port, own) = (ports[form], Self.folder(name, form))
            let listening = "listen 127.0.0.1:\(port)\(files == nil ? "" : " ssl");"
            return try NginxServer(
                over: form, in: folder, name: own, gate: gate, application: application,
                listening: [.tcp(port: port)],
                directives: "\(listening) \(certificate) access_log \(folder.path("\(own)/access.log"));")
        }
        RunRecord.watch(self)
    }

    deinit {
        RunRecord.keep(logs)
    }

    private static func folder(_ name: String, _ form: GateProtocol) -> String { "\(name)-\(form)" }

    /// The logs by name, those of requests too.
    var logs: [String: String] {
        var logs = ["\(name)'s gate": gate.log]
        for (form, nginx) in zip(GateProtocol.allCases, servers) {
            let own = Self.folder(name, form)
            logs["\(own)'s nginx"] = nginx.errorLog
            logs["\(own)'s requests"] = folder.read("\(own)/access.log")
        }
        return logs
    }
}
