import TestSupport

/// The addresses that replace those in a front's files.
struct FrontAddresses {
    /// The port of the site.
    let site: UInt16
    /// The port of the site for HTTP/2 alone, for nginx. The other fronts know by the first bytes what a client speaks.
    let http2: UInt16
    /// The port of the application.
    let application: UInt16
    /// Where the gate listens.
    let gate: GateAddresses

    init(gate: GateAddresses) throws {
        let ports = try Endpoint.freePorts(3)
        (site, http2, application) = (ports[0], ports[1], ports[2])
        self.gate = gate
    }
}
