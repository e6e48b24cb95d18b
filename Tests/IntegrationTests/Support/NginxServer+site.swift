import TestSupport

extension NginxServer {
    /// Starts nginx with the site of `nginx/example.conf`, in front of a gate and an application.
    ///
    /// - Parameters:
    ///   - form: The protocol in which it asks the gate.
    ///   - name: The name of its folder in `folder`.
    ///   - application: The unix socket of the application.
    ///   - directives: What stands in the place of `listen 80;`.
    ///   - extra: Additional configuration in the http block, written for FastCGI. The words @PREFIX@ and @APP@ in it
    ///     are replaced by nginx's folder and the application's socket.
    convenience init(
        over form: GateProtocol, in folder: TestFolder, name: String, gate: GateProcess, application: String,
        listening: [Endpoint], directives: String, extra: String = ""
    ) throws {
        let prefix = try folder.makeFolder(name)
        try NginxServer.renderSite(
            from: Repository.path("nginx"), to: prefix,
            replacing: [
                ("unix:/run/authfcgi/authfcgi.sock", "unix:\(gate.socketPath)"),
                ("unix:/run/authfcgi/http.sock", "unix:\(gate.httpSocketPath)"), ("listen 80;", directives),
                ("server 127.0.0.1:3000;", "server unix:\(application);"),
            ] + form.includes)
        let more = form.converted(extra).replacing("@PREFIX@", with: prefix).replacing("@APP@", with: application)
        try self.init(in: folder, name: name, listening: listening) {
            NginxServer.configuration(prefix: $0, http: "include example.conf;\n\(more)")
        }
    }
}
