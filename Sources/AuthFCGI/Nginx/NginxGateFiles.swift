/// What the files of `nginx/authfcgi` are for: the directives without which a copy leaves the site open.
enum NginxGateFiles {
    /// The directives of each file, written with single spaces.
    static let needed: [String: [String]] = [
        "protect.conf": ["auth_request \(NginxScope.standardCheck)", "satisfy all"],
        "verify.conf": ["include checks.conf", "location = \(NginxScope.standardCheck)", "include check.conf"],
        "verify-http.conf": [
            "include checks.conf", "location = \(NginxScope.standardCheck)", "include check-http.conf",
        ],
        "checks.conf": ["break", "location ^~ \(NginxSite.checkFolder)", "return 500"],
        "check.conf": ["internal", "include question.conf"],
        "check-http.conf": ["internal", "rewrite ^ $authfcgi_asked break", "include question-http.conf"],
        "question.conf": [
            "fastcgi_param AUTH_REQUIRE $authfcgi_require if_not_empty",
            "fastcgi_param AUTH_REQUIRE $authfcgi_demand if_not_empty", "error_page 599 /", "fastcgi_cache off",
        ],
        "question-http.conf": ["proxy_pass_request_headers off", "proxy_cache off"],
        "proxy.conf": ["include identity.conf"],
        "identity.conf": identity("proxy_set_header", ["Remote-User", "Cookie", "Authorization"]),
        "fastcgi.conf": identity("fastcgi_param", ["HTTP_REMOTE_USER", "HTTP_COOKIE", "HTTP_AUTHORIZATION"]),
        "uwsgi.conf": identity("uwsgi_param", ["HTTP_REMOTE_USER", "HTTP_COOKIE", "HTTP_AUTHORIZATION"]),
        "scgi.conf": identity("scgi_param", ["HTTP_REMOTE_USER", "HTTP_COOKIE", "HTTP_AUTHORIZATION"]),
        "grpc.conf": identity("grpc_set_header", ["Remote-User", "Cookie", "Authorization"]),
    ]

    /// The client's own values of these are replaced.
    private static func identity(_ directive: String, _ names: [String]) -> [String] {
        let end = directive.hasSuffix("_param") ? " if_not_empty" : ""
        return zip(names, ["$authfcgi_user", "$authfcgi_cookie", "$authfcgi_authorization"]).map { name, value in
            "\(directive) \(name) \(value)\(end)"
        }
    }

    /// Returns the needed directives that a copy of a file lacks.
    static func lacking(_ file: String, _ directives: [NginxDirective]) -> [String] {
        let present = Set(all(directives).map(words))
        return (needed[file] ?? []).filter { !present.contains($0) }
    }

    /// Returns these directives and those in their blocks.
    static func all(_ directives: [NginxDirective]) -> [NginxDirective] {
        directives.flatMap { [$0] + all($0.block ?? []) }
    }

    private static func words(_ directive: NginxDirective) -> String {
        let arguments = directive.includedFile.map { [$0] } ?? directive.arguments
        return ([directive.name] + arguments).joined(separator: " ")
    }
}
