/// A `server` of an nginx configuration that uses the gate.
struct NginxSite {
    let server: NginxScope
    /// The server and all levels in it, without the checks and what is in them.
    let scopes: [NginxScope]
    /// The locations that nginx asks whether a request may pass.
    let checks: [NginxScope]

    /// The folder in which checks are safe from rewrites and typing errors.
    static let checkFolder = "/_authfcgi/"

    /// Returns the servers that use the gate. A file without a server, which other files include, counts as one.
    static func all(in file: NginxScope) -> [NginxSite] {
        let levels = [file] + file.scopes.filter { $0.kind == .http }
        let servers = levels.flatMap { $0.scopes.filter { $0.kind == .server } }
        return (servers.isEmpty ? [file] : servers).compactMap(NginxSite.init)
    }

    /// Returns nil if the server has nothing to do with the gate.
    private init?(_ server: NginxScope) {
        let all = server.all
        let asked = Set(all.flatMap { $0.own("auth_request") }.compactMap(\.arguments.first))
        guard all.contains(where: Self.usesGate) || asked.contains(where: { $0.hasPrefix(Self.checkFolder) }) else {
            return nil
        }
        self.server = server
        checks = all.filter { scope in
            guard let location = scope.location else { return false }
            return location.path.hasPrefix(Self.checkFolder)
                || location.comparison == .exact && asked.contains(location.path)
        }
        let excluded = checks.flatMap(\.all)
        scopes = all.filter { scope in !excluded.contains { $0 === scope } }
    }

    /// The levels in which requests are asked about.
    var protectedScopes: [NginxScope] { scopes.filter { $0.check != nil } }

    /// The locations of clients' requests.
    var locations: [NginxScope] {
        scopes.filter { scope in scope.location.map { $0.comparison != .named } ?? false }
    }

    private static func usesGate(_ scope: NginxScope) -> Bool {
        scope.directives.contains { directive in
            directive.gateFile.map { !["upstream.conf", "maps.conf", "limits.conf"].contains($0) } ?? false
        }
    }
}
