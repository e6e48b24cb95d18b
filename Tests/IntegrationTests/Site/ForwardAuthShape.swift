import TestSupport

/// What a proxy that asks over HTTP makes of a client's request, by its documentation and its source.
enum ForwardAuthShape: String, CaseIterable, Sendable {
    /// ingress-nginx with `auth-url: http://authfcgi:8081/`: the client's headers, no body, the path of auth-url.
    case ingressNginx
    /// F5 NGINX Ingress Controller, Policy externalAuth with `authURI: /check`.
    case f5
    /// Traefik's ForwardAuth with `address: http://authfcgi:8081/`: always GET.
    case traefik
    /// Envoy's HTTP ext_authz (Envoy Gateway, Gateway API): the client's method and path, few headers.
    case envoy
    /// The same with a path to put before the client's.
    case envoyWithPrefix
    /// NGINX Gateway Fabric: a fixed path, and headers called Path and Method.
    case gatewayFabric

    /// - Parameters:
    ///   - path: of the client, as it wrote it.
    ///   - headers: of the client.
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

    /// What Envoy hands on of a client's headers: Authorization always, Cookie where the route's rules list it.
    private static func credentials(_ headers: [(String, String)]) -> [(String, String)] {
        headers.filter { ["Authorization", "Cookie"].contains($0.0) }
    }
}
