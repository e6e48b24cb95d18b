import Glibc
import TestSupport

/// A front that runs with the files that are shipped for it. Only addresses, ports and folders in them are replaced.
final class FrontProcess: Sendable {
    private let process: ServerProcess?
    private let nginx: NginxServer?

    /// Starts the front and waits until it accepts connections at `addresses.site`.
    init(_ front: Front, in folder: TestFolder, at addresses: FrontAddresses) throws {
        let entry = Endpoint.tcp(port: addresses.site)
        switch front {
        case .nginx, .nginxOverHTTP:
            process = nil
            nginx = try Self.startNginx(front == .nginx ? .fastCGI : .http, in: folder, at: addresses)
        case .caddy:
            nginx = nil
            process = try Self.startCaddy(in: folder, at: addresses)
        case .envoy:
            nginx = nil
            process = try Self.startEnvoy(in: folder, at: addresses)
        case .haproxy:
            nginx = nil
            process = try Self.startHAProxy(in: folder, at: addresses)
        case .lighttpd:
            nginx = nil
            process = try Self.startLighttpd(in: folder, at: addresses)
        case .apache:
            nginx = nil
            process = try Self.startApache(in: folder, at: addresses)
        }
        try eventually("\(front.rawValue) accepts", within: .seconds(20), log: log) {
            try process?.requireRunning()
            return entry.isListening
        }
    }

    /// What the front has written on its stderr, or into nginx's error log.
    var log: String { process?.log ?? nginx?.errorLog ?? "" }

    /// Copies the files of a front into a folder of its own, with replaced addresses. Returns the path of that folder.
    private static func render(
        _ name: String, in folder: TestFolder, _ replacements: [(String, String)]
    ) throws -> String {
        let files = try folder.makeFolder(name)
        try NginxServer.renderSite(from: Repository.path("deploy/fronts/\(name)"), to: files, replacing: replacements)
        return files
    }

    private static func startNginx(
        _ form: GateProtocol, in folder: TestFolder, at addresses: FrontAddresses
    ) throws -> NginxServer {
        let prefix = try folder.makeFolder("nginx")
        try NginxServer.renderSite(
            from: Repository.path("nginx"), to: prefix,
            replacing: [
                ("unix:/run/authfcgi/authfcgi.sock", "unix:\(addresses.gate.fastCGISocket)"),
                ("unix:/run/authfcgi/http.sock", "unix:\(addresses.gate.httpSocket)"),
                ("listen 80;", "listen 127.0.0.1:\(addresses.site); listen 127.0.0.1:\(addresses.http2) http2;"),
                ("server 127.0.0.1:3000;", "server 127.0.0.1:\(addresses.application);"),
            ] + form.includes)
        let ports = [addresses.site, addresses.http2]
        return try NginxServer(in: folder, listening: ports.map { Endpoint.tcp(port: $0) }) {
            NginxServer.configuration(prefix: $0, http: "include example.conf;")
        }
    }

    private static func startCaddy(in folder: TestFolder, at addresses: FrontAddresses) throws -> ServerProcess {
        let files = try render(
            "caddy", in: folder,
            [
                ("unix//run/authfcgi/http.sock", "unix/\(addresses.gate.httpSocket)"),
                ("127.0.0.1:3000", "127.0.0.1:\(addresses.application)"),
                ("\nexample.com {", "\nhttp://:\(addresses.site) {"),
            ])
        // No other listeners, no files outside of the folder, and HTTP/2 without TLS.
        let options = """
            {
            \tadmin off
            \tauto_https off
            \tpersist_config off
            \tdefault_bind 127.0.0.1
            \tservers {
            \t\tprotocols h1 h2c
            \t}
            }

            """
        try folder.write("caddy/all", options + folder.read("caddy/Caddyfile"))
        return try ServerProcess(
            Repository.path(".build-fronts/bin/caddy"), ["run", "--adapter", "caddyfile", "--config", "\(files)/all"],
            environment: ["HOME": files, "XDG_DATA_HOME": files, "XDG_CONFIG_HOME": files],
            logFile: folder.path("caddy.log"))
    }

    private static func startEnvoy(in folder: TestFolder, at addresses: FrontAddresses) throws -> ServerProcess {
        let files = try render(
            "envoy", in: folder,
            [
                ("/run/authfcgi/http.sock", addresses.gate.httpSocket),
                ("address: 127.0.0.1, port_value: 3000", "address: 127.0.0.1, port_value: \(addresses.application)"),
                ("address: 0.0.0.0, port_value: 80}", "address: 127.0.0.1, port_value: \(addresses.site)}"),
            ])
        return try ServerProcess(
            Repository.path(".build-fronts/bin/envoy"),
            ["-c", "\(files)/envoy.yaml", "--concurrency", "1", "--disable-hot-restart", "-l", "warning"],
            logFile: folder.path("envoy.log"))
    }

    private static func startHAProxy(in folder: TestFolder, at addresses: FrontAddresses) throws -> ServerProcess {
        // Only root can become another user.
        let own = geteuid() == 0 ? [] : [("    user haproxy\n    group haproxy\n", "")]
        let files = try render(
            "haproxy", in: folder,
            [
                ("/run/authfcgi/http.sock", addresses.gate.httpSocket), ("/etc/haproxy/", "\(folder.path)/haproxy/"),
                ("127.0.0.1:3000", "127.0.0.1:\(addresses.application)"),
                ("bind :80", "bind 127.0.0.1:\(addresses.site)"),
            ] + own)
        return try ServerProcess(
            "haproxy", ["-db", "-f", "\(files)/haproxy.cfg"], logFile: folder.path("haproxy.log"))
    }

    private static func startLighttpd(in folder: TestFolder, at addresses: FrontAddresses) throws -> ServerProcess {
        let files = try render(
            "lighttpd", in: folder,
            [
                ("/run/authfcgi/http.sock", addresses.gate.httpSocket),
                ("/run/authfcgi/authfcgi.sock", addresses.gate.fastCGISocket),
                ("/etc/lighttpd/", "\(folder.path)/lighttpd/"), ("/var/www/html", folder.path),
                ("\"port\" => 3000", "\"port\" => \(addresses.application)"),
                ("server.port = 80", "server.port = \(addresses.site)\nserver.bind = \"127.0.0.1\""),
            ])
        return try ServerProcess(
            "lighttpd", ["-D", "-f", "\(files)/lighttpd.conf"], logFile: folder.path("lighttpd.log"))
    }

    private static func startApache(in folder: TestFolder, at addresses: FrontAddresses) throws -> ServerProcess {
        let files = try render(
            "apache", in: folder,
            [
                ("/run/authfcgi/http.sock", addresses.gate.httpSocket), ("/etc/apache2/", "\(folder.path)/apache/"),
                ("127.0.0.1:9000", "127.0.0.1:\(addresses.gate.fastCGI)"),
                ("127.0.0.1:3000", "127.0.0.1:\(addresses.application)"),
                ("<VirtualHost *:80>", "<VirtualHost *:\(addresses.site)>"),
            ])
        let modules = [
            "mpm_event", "authn_core", "authz_core", "authz_user", "authnz_fcgi", "headers", "http2", "lua", "proxy",
            "proxy_http", "setenvif",
        ]
        let loaded = modules.map { "LoadModule \($0)_module /usr/lib/apache2/modules/mod_\($0).so" }
        let user = geteuid() == 0 ? ["User nobody", "Group nogroup"] : []
        let main = """
            ServerRoot \(files)
            DefaultRuntimeDir \(files)
            PidFile \(files)/pid
            ErrorLog \(files)/error.log
            Mutex file:\(files) default
            ServerName localhost
            Listen 127.0.0.1:\(addresses.site)
            \((loaded + user).joined(separator: "\n"))
            Protocols h2c http/1.1
            H2Upgrade off
            Include \(files)/apache.conf

            """
        let file = try folder.write("apache/main.conf", main)
        return try ServerProcess("apache2", ["-DFOREGROUND", "-f", file], logFile: folder.path("apache.log"))
    }
}
