/// The fronts whose word about their clients is believed: TRUSTED_PROXIES, and processes of this machine.
struct TrustedProxies: Sendable {
    private let networks: [IPNetwork]

    init(_ networks: [IPNetwork] = []) {
        self.networks = networks
    }

    /// Returns whether a front may connect.
    func mayConnect(_ peer: PeerAddress) -> Bool {
        switch peer {
        case .unix: true
        case .ip(let address): address.isLoopback || contains(address)
        }
    }

    /// Returns whether TRUSTED_PROXIES has an address. A client of this machine is a client, not a proxy, unless it has it.
    func contains(_ address: IPAddress) -> Bool { networks.contains { $0.contains(address) } }
}
