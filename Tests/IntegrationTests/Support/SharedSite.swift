/// A site that the tests of a suite share, made when it is first used. The protocols differ in nginx alone: database, gates
/// and application are the same for both, so a user whom a test adds is there in the same test over the other protocol.
final class SharedSite: Sendable {
    private let sites: OncePer<GateProtocol, (http: Site, fastCGI: Site)>

    init(_ make: @escaping @Sendable () throws -> Site) {
        sites = OncePer { _ in try Site.overBothProtocols(make) }
    }

    /// Returns the site whose nginx asks in the protocol of the test.
    func get() throws -> Site {
        let both = try sites.get(.http)
        switch GateProtocol.current {
        case .fastCGI: return both.fastCGI
        case .http: return both.http
        }
    }
}
