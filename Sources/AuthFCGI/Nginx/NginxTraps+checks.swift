/// The checks, what they demand, and the answers while nobody can tell.
extension NginxTraps {
    private static let demand = "$authfcgi_require"

    /// The directives of a location that demand something in the short form.
    static func demands(_ scope: NginxScope) -> [NginxDirective] {
        scope.own("set").filter { $0.arguments.first == demand }
    }

    @Sendable
    static func demandsNotInherited(_ site: NginxSite) -> [NginxTrap.Hit] {
        site.locations.flatMap { scope in
            let nested = scope.scopes.filter { $0.location != nil && $0.check != nil }
            guard nested.contains(where: { demands($0).isEmpty }) else { return [NginxTrap.Hit]() }
            return demands(scope).map { NginxTrap.Hit($0, in: scope) }
        }
    }

    /// The locations with a regular expression, a part of which is demanded, with the directives that demand it.
    private static func demandsOfExpressions(_ site: NginxSite) -> [(scope: NginxScope, demand: NginxDirective)] {
        site.locations.filter { $0.location?.comparison == .expression }.flatMap { scope in
            demands(scope).filter { $0.arguments.dropFirst().contains { $0.contains("$") } }
                .map { (scope: scope, demand: $0) }
        }
    }

    /// Returns whether a part of an expression matches characters that are not named in it.
    private static func matchesAnything(_ expression: String) -> Bool {
        [".+", ".*", "[^", "\\S", "\\D", "\\W"].contains { expression.contains($0) }
    }

    @Sendable
    static func demandsFromPath(_ site: NginxSite) -> [NginxTrap.Hit] {
        demandsOfExpressions(site).filter { matchesAnything($0.scope.location?.path ?? "") }
            .map { NginxTrap.Hit($0.demand, in: $0.scope) }
    }

    @Sendable
    static func demandsBeside(_ site: NginxSite) -> [NginxTrap.Hit] {
        demandsOfExpressions(site).filter { $0.scope.parent?.location?.comparison != .decisivePrefix }
            .map { NginxTrap.Hit($0.demand, in: $0.scope) }
    }

    /// Locations that ask another check, or demand more, than what is around them: nginx compares their paths with case.
    @Sendable
    static func casesOfPaths(_ site: NginxSite) -> [NginxTrap.Hit] {
        site.locations.compactMap { scope in
            guard let location = scope.location, location.comparison != .expression,
                location.path.contains(where: { $0.isLetter }), let check = scope.check,
                check != scope.parent?.check || !demands(scope).isEmpty, let opening = scope.opening
            else { return nil }
            return NginxTrap.Hit(opening, in: scope.parent ?? scope)
        }
    }

    /// A demand with a header, an argument or a cookie in it, in a location or in a check.
    @Sendable
    static func demandsOfClients(_ site: NginxSite) -> [NginxTrap.Hit] {
        let names = [demand, "$authfcgi_demand", "AUTH_REQUIRE"]
        return site.server.all.flatMap { scope in
            (scope.own("set") + scope.own("fastcgi_param")).filter { directive in
                names.contains(directive.arguments.first ?? "")
                    && directive.arguments.dropFirst().contains { isOfClient($0) }
            }.map { NginxTrap.Hit($0, in: scope) }
        }
    }

    @Sendable
    static func unknownChecks(_ site: NginxSite) -> [NginxTrap.Hit] {
        let own = site.checks.compactMap { $0.location?.comparison == .exact ? $0.location?.path : nil }
        let known = own + (site.server.includes("verify.conf") ? [NginxScope.standardCheck] : [])
        return site.scopes.flatMap { scope in
            scope.directives.filter { directive in
                let asked = directive.gateFile == "protect.conf" ? NginxScope.standardCheck : Self.asked(directive)
                return asked.map { $0.hasPrefix(NginxSite.checkFolder) && !known.contains($0) } ?? false
            }.map { NginxTrap.Hit($0, in: scope) }
        }
    }

    /// Returns the check that a directive asks, or nil if it asks none.
    private static func asked(_ directive: NginxDirective) -> String? {
        guard directive.name == "auth_request", let path = directive.arguments.first, path != "off" else { return nil }
        return path
    }

    @Sendable
    static func checksOutside(_ site: NginxSite) -> [NginxTrap.Hit] {
        site.scopes.flatMap { scope in
            scope.directives.filter { asked($0).map { !$0.hasPrefix(NginxSite.checkFolder) } ?? false }
                .map { NginxTrap.Hit($0, in: scope) }
        }
    }

    /// nginx takes every 2xx of a check for a yes, the answer to a preflight of CORS too.
    @Sendable
    static func answersInChecks(_ site: NginxSite) -> [NginxTrap.Hit] {
        site.checks.flatMap(\.all).flatMap { scope in
            scope.own("return").filter { directive in
                directive.arguments.first.flatMap { Int($0) }.map { (200..<300).contains($0) } ?? false
            }.map { NginxTrap.Hit($0, in: scope) }
        }
    }

    @Sendable
    static func bareChecks(_ site: NginxSite) -> [NginxTrap.Hit] {
        site.checks.flatMap { scope in
            guard !scope.includes("check.conf", "question.conf"), scope.own("error_page").isEmpty else {
                return [NginxTrap.Hit]()
            }
            return scope.directives.filter { $0.name.hasSuffix("_pass") }.map { NginxTrap.Hit($0, in: scope) }
        }
    }

    @Sendable
    static func cachedChecks(_ site: NginxSite) -> [NginxTrap.Hit] {
        site.checks.flatMap { scope in
            guard !scope.includes("check.conf", "question.conf") else { return [NginxTrap.Hit]() }
            return ["fastcgi_cache", "proxy_cache"].flatMap { scope.effective($0) }.filter { $0.arguments != ["off"] }
                .map { NginxTrap.Hit($0, in: scope) }
        }
    }

    private static func asksOverHTTP(_ check: NginxScope) -> Bool {
        check.directives.contains { $0.includesHTTPForm }
    }

    @Sendable
    static func checksWithMore(_ site: NginxSite) -> [NginxTrap.Hit] {
        site.checks.filter(asksOverHTTP).flatMap { scope in
            ["proxy_pass", "proxy_set_header"].flatMap { scope.own($0) }.map { NginxTrap.Hit($0, in: scope) }
        }
    }

    @Sendable
    static func checksWithoutDemand(_ site: NginxSite) -> [NginxTrap.Hit] {
        site.checks.filter(asksOverHTTP).flatMap { scope in
            guard !scope.own("set").contains(where: { $0.arguments.first == "$authfcgi_demand" }) else {
                return [NginxTrap.Hit]()
            }
            return scope.directives.filter { $0.gateFile == "check.conf" }.map { NginxTrap.Hit($0, in: scope) }
        }
    }

    /// One `error_page` switches off all those that are inherited, of protect.conf too.
    @Sendable
    static func lostErrorPages(_ site: NginxSite) -> [NginxTrap.Hit] {
        site.locations.compactMap { scope in
            let pages = scope.own("error_page")
            guard scope.check != nil, !scope.includes("protect.conf"), let first = pages.first,
                !pages.contains(where: { $0.arguments.contains("500") })
            else { return nil }
            return NginxTrap.Hit(first, in: scope)
        }
    }

    /// The codes of a request that did not pass: not signed in, not allowed, and nobody can tell.
    private static let refusals = ["401", "403", "500"]

    /// A named location keeps the address that was asked for.
    @Sendable
    static func errorPagesOfApplications(_ site: NginxSite) -> [NginxTrap.Hit] {
        let named = site.server.scopes.filter { $0.location?.comparison == .named }
        return site.protectedScopes.flatMap { scope in
            // protect.conf has an error_page, which switches off those of the levels around it.
            let level = ([scope] + scope.ancestors).first {
                !$0.own("error_page").isEmpty || $0.includes("protect.conf")
            }
            guard let level else { return [NginxTrap.Hit]() }
            return level.own("error_page").filter { page in
                guard page.arguments.contains(where: { refusals.contains($0) }), let name = page.arguments.last else {
                    return false
                }
                return named.contains { $0.location?.path == name && $0.check == nil && showsWhatWasAsked($0) }
            }.map { NginxTrap.Hit($0, in: level) }
        }
    }

    private static func showsWhatWasAsked(_ scope: NginxScope) -> Bool {
        guard scope.own("return").isEmpty, scope.own("rewrite").isEmpty else { return false }
        if scope.directives.contains(where: { $0.name.hasSuffix("_pass") }) { return true }
        let tries = scope.own("try_files").flatMap(\.arguments)
        return tries.isEmpty ? !scope.own("root").isEmpty : tries.contains { $0.contains("$uri") }
    }
}
