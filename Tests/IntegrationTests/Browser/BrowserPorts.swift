/// The ports of a pod's sites, by the protocol in which their nginx asks the gate.
struct BrowserPorts: Sendable {
    let fastCGI: UInt16
    let http: UInt16

    subscript(form: GateProtocol) -> UInt16 {
        switch form {
        case .fastCGI: fastCGI
        case .http: http
        }
    }
}
