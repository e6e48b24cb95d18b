/// The site of a client: an IPv4 address, or the /48 of an IPv6 address, all of which one customer of a provider may have
/// (RFC 6177). Whoever has a site chooses freely among its networks, so they have one share of what is limited together.
struct ClientSite: Hashable {
    /// The IPv4 address, or the first 48 bits of the IPv6 address.
    private let number: UInt64
    private let isIPv4: Bool

    /// Creates the site of a network.
    init(of network: ClientNetwork) {
        isIPv4 = network.isIPv4
        number = network.isIPv4 ? network.number : network.number >> 16
    }
}
