/// What the application gets to know, and from whom.
extension NginxTraps {
    /// A protocol in which nginx asks an application.
    private struct Upstream {
        /// The beginning of its directives, such as `proxy`.
        let name: String
        /// The files of `nginx/authfcgi` that tell the application who it is.
        let files: [String]
        /// The directives of which one at a level switches off all those that are inherited.
        let headers: String

        var pass: String { name + "_pass" }
    }

    private static let upstreams = [
        Upstream(name: "proxy", files: ["proxy.conf", "identity.conf"], headers: "proxy_set_header"),
        Upstream(name: "fastcgi", files: ["fastcgi.conf"], headers: "fastcgi_param"),
        Upstream(name: "uwsgi", files: ["uwsgi.conf"], headers: "uwsgi_param"),
        Upstream(name: "scgi", files: ["scgi.conf"], headers: "scgi_param"),
        Upstream(name: "grpc", files: ["grpc.conf"], headers: "grpc_set_header"),
    ]

    /// The file of `nginx/authfcgi` that hides the client's own identity, as a scope that asks an application has it.
    private enum IdentityFile {
        case right
        case ofAnotherProtocol
        case missing
    }

    private static func identityFile(for upstream: Upstream, in scope: NginxScope) -> IdentityFile {
        for level in [scope] + scope.ancestors {
            let files = level.directives.compactMap(\.gateFile)
            if files.contains(where: { upstream.files.contains($0) }) { return .right }
            let others = upstreams.flatMap(\.files).filter { !upstream.files.contains($0) }
            if files.contains(where: { others.contains($0) }) { return .ofAnotherProtocol }
            // Nothing is inherited by a level that has any of these itself.
            if !level.own(upstream.headers).isEmpty { return .missing }
        }
        return .missing
    }

    /// Returns the directives that ask an application in scopes with this state of their identity file.
    private static func passes(_ site: NginxSite, _ file: IdentityFile) -> [NginxTrap.Hit] {
        site.scopes.flatMap { scope in
            upstreams.flatMap { upstream in
                scope.own(upstream.pass).filter { _ in identityFile(for: upstream, in: scope) == file }
                    .map { NginxTrap.Hit($0, in: scope) }
            }
        }
    }

    @Sendable
    static func wrongIdentityFiles(_ site: NginxSite) -> [NginxTrap.Hit] { passes(site, .ofAnotherProtocol) }

    @Sendable
    static func noIdentityFiles(_ site: NginxSite) -> [NginxTrap.Hit] { passes(site, .missing) }

    @Sendable
    static func doubledHeaders(_ site: NginxSite) -> [NginxTrap.Hit] {
        let names = ["host", "x-real-ip", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"]
        return site.scopes.filter { $0.includes("proxy.conf") }.flatMap { scope in
            scope.own("proxy_set_header").filter { names.contains($0.arguments.first?.lowercased() ?? "") }
                .map { NginxTrap.Hit($0, in: scope) }
        }
    }

    @Sendable
    static func otherUpgrades(_ site: NginxSite) -> [NginxTrap.Hit] {
        site.scopes.flatMap { scope in
            scope.own("proxy_set_header").filter { header in
                header.arguments.first?.lowercased() == "upgrade"
                    && header.arguments.dropFirst().contains { $0.lowercased().contains("http_upgrade") }
            }.map { NginxTrap.Hit($0, in: scope) }
        }
    }

    @Sendable
    static func headerNames(_ site: NginxSite) -> [NginxTrap.Hit] {
        [("underscores_in_headers", "on"), ("ignore_invalid_headers", "off")].flatMap { name, value in
            site.server.effective(name).filter { $0.arguments == [value] }.map { NginxTrap.Hit($0, in: site.server) }
        }
    }

    @Sendable
    static func sharedCaches(_ site: NginxSite) -> [NginxTrap.Hit] {
        site.protectedScopes.flatMap { scope in
            upstreams.filter { !scope.own($0.pass).isEmpty }.flatMap { upstream in
                let keys = scope.effective(upstream.name + "_cache_key").flatMap(\.arguments)
                let isPersonal = keys.contains { key in
                    ["$authfcgi_session_id", "$authfcgi_user_id", "$authfcgi_user"].contains { key.contains($0) }
                }
                guard !isPersonal else { return [NginxTrap.Hit]() }
                return scope.effective(upstream.name + "_cache").filter { $0.arguments != ["off"] }
                    .map { NginxTrap.Hit($0, in: scope) }
            }
        }
    }
}
