import TestSupport

/// The forms into which proxies with authorization over HTTP convert a client's request, according to their
/// documentation and source.
enum ForwardAuthShape: String, CaseIterable, Sendable {
    /// ingress-nginx with `auth-url: http://authfcgi:8081/`: the client's headers, no body, the path of auth-url.
    case ingressNginx
    /// F5 NGINX Ingress Controller, Policy externalAuth with `authURI: /check`.
    case f5
    /// Traefik's ForwardAuth with `address: http://authfcgi:8081/`: always GET.
    case traefik
    /// Envoy's HTTP ext_authz (Envoy Gateway, Gateway API): the client's method and path, few headers.
    case envoy
    /// Envoy with a path prefix before the client's path.
    case envoyWithPrefix
    /// NGINX Gateway Fabric: a fixed path, and the headers Path and Method.
    case gatewayFabric

    /// Starts a site with two servers for other proxies: `asked`, and `staff`, which demands a group.
    ///
    /// - Parameter file: The file of `nginx/authfcgi` that they include.
    static func site(including file: String) throws -> Site {
        let servers = """
            server {
                listen unix:@PREFIX@/asked.sock;
                include authfcgi/\(file);
            }
            server {
                listen unix:@PREFIX@/staff.sock;
                set $authfcgi_require "group staff";
                include authfcgi/\(file);
            }
            """
        return try Site(extra: servers, listeners: ["asked", "staff"])
    }

    /// Returns the proxy's request for a request of a client.
    ///
    /// - Parameters:
    ///   - path: The path as the client sent it.
    ///   - headers: The headers of the client.
    func request(_ method: String, _ path: String, headers: [(String, String)]) -> LoadRequest {
        switch self {
        case .ingressNginx:
            LoadRequest(
                method, "/",
                headers: headers + [
                    ("X-Original-URL", "https://app.example.com\(path)"), ("X-Original-Method", method),
                    ("X-Sent-From", "nginx-ingress-controller"), ("X-Real-IP", "192.0.2.1"),
                    ("X-Forwarded-For", "192.0.2.1"), ("X-Auth-Request-Redirect", path), ("X-Request-ID", "1f"),
                ])
        case .f5:
            LoadRequest(method, "/check", headers: headers + [("X-Original-URI", path)])
        case .traefik:
            LoadRequest(
                "GET", "/",
                headers: headers + [
                    ("X-Forwarded-Method", method), ("X-Forwarded-Uri", path), ("X-Forwarded-Proto", "https"),
                    ("X-Forwarded-Host", "app.example.com"), ("X-Forwarded-Port", "443"),
                    ("X-Forwarded-For", "192.0.2.1"),
                ])
        case .envoy:
            LoadRequest(method, path, headers: Self.credentials(headers) + [("Content-Length", "0")])
        case .envoyWithPrefix:
            LoadRequest(method, "/auth/verify" + path, headers: Self.credentials(headers) + [("Content-Length", "0")])
        case .gatewayFabric:
            LoadRequest("GET", "/", headers: Self.credentials(headers) + [("Path", path), ("Method", method)])
        }
    }

    /// Returns the headers of a client that Envoy forwards: Authorization always, Cookie if the rules of the route list
    /// it.
    private static func credentials(_ headers: [(String, String)]) -> [(String, String)] {
        headers.filter { ["Authorization", "Cookie"].contains($0.0) }
    }
}
