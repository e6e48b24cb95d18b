/// What nginx does before it makes the check, or without it.
extension NginxTraps {
    /// A refusal or a redirect shows nothing of the application.
    @Sendable
    static func answersBeforeCheck(_ site: NginxSite) -> [NginxTrap.Hit] {
        site.protectedScopes.filter { $0.location?.comparison != .named }.flatMap { scope in
            scope.own("return").filter { isAnswer($0, in: scope) }.map { NginxTrap.Hit($0, in: scope) }
        }
    }

    /// Returns whether a directive shows a request something.
    static func isAnswer(_ directive: NginxDirective, in scope: NginxScope) -> Bool {
        guard let code = directive.arguments.first.flatMap({ Int($0) }), (200..<300).contains(code) else {
            return false
        }
        // The answer to a preflight of CORS has no content.
        guard scope.kind == .condition, let opening = scope.opening else { return true }
        return !opening.arguments.contains { $0.hasPrefix("OPTIONS") }
    }

    @Sendable
    static func rewritesBeforeCheck(_ site: NginxSite) -> [NginxTrap.Hit] {
        site.protectedScopes.filter { ([$0] + $0.ancestors).contains { $0.location != nil } }.flatMap { scope in
            scope.own("rewrite").filter { !["break", "redirect", "permanent"].contains($0.arguments.last ?? "") }
                .map { NginxTrap.Hit($0, in: scope) }
        }
    }

    @Sendable
    static func rewritesAboveVerify(_ site: NginxSite) -> [NginxTrap.Hit] {
        guard !site.protectedScopes.isEmpty else { return [] }
        let above = site.server.directives.prefix { $0.gateFile != "verify.conf" }
        return above.filter { directive in
            directive.name == "rewrite"
                || directive.name == "if" && (directive.block ?? []).contains { $0.name == "rewrite" }
        }.map { NginxTrap.Hit($0, in: site.server) }
    }

    @Sendable
    static func satisfiesAny(_ site: NginxSite) -> [NginxTrap.Hit] {
        site.protectedScopes.compactMap { scope in
            // protect.conf has satisfy all at its level.
            let level = ([scope] + scope.ancestors).first {
                !$0.own("satisfy").isEmpty || $0.includes("protect.conf")
            }
            guard let level, let directive = level.own("satisfy").last, directive.arguments == ["any"] else {
                return nil
            }
            return NginxTrap.Hit(directive, in: level)
        }
    }

    @Sendable
    static func uncheckedParts(_ site: NginxSite) -> [NginxTrap.Hit] {
        guard !site.protectedScopes.isEmpty else { return [] }
        let names = ["ssi", "slice", "mirror", "add_before_body", "add_after_body"]
        return (site.scopes + site.server.ancestors).flatMap { scope in
            names.flatMap { scope.own($0) }.filter { !["off", "0", ""].contains($0.arguments.first ?? "") }
                .map { NginxTrap.Hit($0, in: scope) }
        }
    }

    @Sendable
    static func openParts(_ site: NginxSite) -> [NginxTrap.Hit] {
        site.locations.flatMap { scope in
            guard let parent = scope.parent, parent.location != nil, parent.check != nil else {
                return [NginxTrap.Hit]()
            }
            return scope.own("auth_request").filter { $0.arguments == ["off"] }.map { NginxTrap.Hit($0, in: scope) }
        }
    }

    /// An `if` with a value that the client sets, by which an answer, an application or a demand is chosen.
    @Sendable
    static func clientDecides(_ site: NginxSite) -> [NginxTrap.Hit] {
        site.scopes.compactMap { scope in
            guard scope.kind == .condition, let opening = scope.opening,
                opening.arguments.contains(where: { isOfClient($0) }),
                scope.directives.contains(where: { decides($0, in: scope) })
            else { return nil }
            return NginxTrap.Hit(opening, in: scope.parent ?? scope)
        }
    }

    /// Returns whether a part of an argument is what the client has written into its request.
    static func isOfClient(_ argument: String) -> Bool {
        let argument = argument.replacing("${", with: "$")
        return ["$http_", "$arg_", "$cookie_"].contains { argument.contains($0) }
    }

    private static func decides(_ directive: NginxDirective, in scope: NginxScope) -> Bool {
        switch directive.name {
        case "return": isAnswer(directive, in: scope)
        case "rewrite": !["redirect", "permanent"].contains(directive.arguments.last ?? "")
        case "set": directive.arguments.first?.hasPrefix("$authfcgi_") == true
        default: directive.name.hasSuffix("_pass")
        }
    }

    @Sendable
    static func nothingProtected(_ site: NginxSite) -> [NginxTrap.Hit] {
        let isForOtherProxies = site.server.includes("forward-auth.conf", "forward-pages.conf")
        guard site.protectedScopes.isEmpty, !isForOtherProxies, let first = site.server.opening else { return [] }
        return [NginxTrap.Hit(first, in: site.server)]
    }

    @Sendable
    static func javaPaths(_ site: NginxSite) -> [NginxTrap.Hit] {
        guard !site.protectedScopes.isEmpty else { return [] }
        let refuses = site.server.own("if").contains { directive in
            let words = directive.arguments.joined(separator: " ")
            return words.contains("$request_uri") && words.contains(";")
        }
        guard !refuses else { return [] }
        return site.locations.compactMap { scope in
            guard scope.location?.comparison == .prefix || scope.location?.comparison == .decisivePrefix,
                !scope.own("proxy_pass").isEmpty, let open = scope.own("auth_request").last, open.arguments == ["off"]
            else { return nil }
            return NginxTrap.Hit(open, in: scope)
        }
    }
}
