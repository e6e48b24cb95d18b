/// Locations whose requests a regular expression takes.
extension NginxTraps {
    /// A location with a regular expression, and another whose requests it takes.
    private typealias Taken = (taker: NginxScope, other: NginxScope)

    /// nginx tries the expressions of a level in order, after it has found the longest prefix there and within that.
    private static func taken(_ site: NginxSite) -> [Taken] {
        site.scopes.flatMap { level -> [Taken] in
            let locations = level.scopes.filter { scope in
                scope.location != nil && site.scopes.contains { $0 === scope }
            }
            let prefixes = locations.filter { $0.location?.comparison == .prefix }.flatMap { prefixLocations(in: $0) }
            return locations.indices.flatMap { index -> [Taken] in
                let taker = locations[index]
                guard let location = taker.location, location.comparison == .expression, !refuses(taker) else {
                    return []
                }
                let expression = NginxExpression(location.path)
                let later = locations.dropFirst(index + 1).filter { $0.location?.comparison == .expression }
                return (prefixes + later).filter { mayTake(expression, from: $0) }.map { (taker: taker, other: $0) }
            }
        }
    }

    /// A location and those nested in it, as far as no expression decides.
    private static func prefixLocations(in scope: NginxScope) -> [NginxScope] {
        let nested = scope.scopes.filter {
            $0.location?.comparison == .prefix || $0.location?.comparison == .decisivePrefix
        }
        return [scope] + nested.flatMap { prefixLocations(in: $0) }
    }

    private static func mayTake(_ expression: NginxExpression, from scope: NginxScope) -> Bool {
        guard let location = scope.location else { return false }
        return location.comparison == .expression
            ? expression.mayMatch(with: NginxExpression(location.path)) : expression.mayMatch(below: location.path)
    }

    /// Returns whether a location shows nobody anything, such as `location ~ /\. { deny all; }`.
    private static func refuses(_ scope: NginxScope) -> Bool {
        let answers = scope.own("return")
        if !answers.isEmpty { return !answers.contains { isAnswer($0, in: scope) } }
        let denies = scope.own("deny").contains { $0.arguments == ["all"] } && scope.own("allow").isEmpty
        return denies || !scope.own("internal").isEmpty
    }

    private static func hits(_ taken: [Taken]) -> [NginxTrap.Hit] {
        taken.compactMap { pair in
            guard let opening = pair.taker.opening, let level = pair.taker.parent else { return nil }
            return NginxTrap.Hit(opening, in: level)
        }
    }

    @Sendable
    static func expressionsBeside(_ site: NginxSite) -> [NginxTrap.Hit] {
        hits(
            taken(site).filter { pair in
                pair.other.check != nil && pair.taker.check == nil && pair.taker.own("auth_request").isEmpty
            })
    }

    /// What is demanded in a location beyond a session.
    private static func demanded(in scope: NginxScope, of site: NginxSite) -> Set<String> {
        let short = demands(scope).last ?? demands(site.server).last
        let all = [scope.check, short?.arguments.dropFirst().joined(separator: " ")].compactMap(\.self)
        return Set(all).subtracting([NginxScope.standardCheck, ""])
    }

    /// An expression for a part of the other location, with a demand that is written there, is meant to be another one.
    private static func isDeliberate(_ pair: Taken) -> Bool {
        guard let taker = pair.taker.location, let other = pair.other.location else { return false }
        let says = !pair.taker.own("auth_request").isEmpty || !demands(pair.taker).isEmpty
        let prefix = other.comparison == .expression ? NginxExpression(other.path).beginning : other.path.lowercased()
        let isWithin = NginxExpression(taker.path).beginning.hasPrefix(prefix)
        return says && (isWithin || prefix == "/")
    }

    @Sendable
    static func expressionsWithLess(_ site: NginxSite) -> [NginxTrap.Hit] {
        hits(
            taken(site).filter { pair in
                guard pair.other.check != nil, pair.taker.check != nil else { return false }
                let isMet = demanded(in: pair.other, of: site).isSubset(of: demanded(in: pair.taker, of: site))
                return !isMet && !isDeliberate(pair)
            })
    }
}
