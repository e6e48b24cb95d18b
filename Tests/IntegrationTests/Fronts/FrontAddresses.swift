import TestSupport

/// The addresses that replace those in a front's files.
struct FrontAddresses {
    /// The port of the site.
    let site: UInt16
    /// The port of the application.
    let application: UInt16
    /// Where the gate listens.
    let gate: GateAddresses

    init(gate: GateAddresses) throws {
        let ports = try Endpoint.freePorts(2)
        (site, application) = (ports[0], ports[1])
        self.gate = gate
    }
}
