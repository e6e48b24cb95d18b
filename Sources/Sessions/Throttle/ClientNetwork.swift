internal import Glibc

/// The network of a client, as far as clients are distinguished: an IPv4 address, or the /64 of an IPv6
/// address, within which a subscriber may choose addresses freely.
package struct ClientNetwork: Hashable, Sendable {
    /// The four bytes of the IPv4 address, or the first eight of the IPv6 address.
    let bytes: [UInt8]

    /// Parses an address. Returns nil for any other text, such as the `unix:` that nginx reports for a client on a unix
    /// socket.
    package init?(_ text: String) {
        var address = [UInt8](repeating: 0, count: 16)
        if unsafe inet_pton(AF_INET, text, &address) == 1 {
            bytes = Array(address[..<4])
        } else if unsafe inet_pton(AF_INET6, text, &address) == 1 {
            // A socket for both protocols reports an IPv4 client as ::ffff:192.0.2.1 (RFC 4291, section 2.5.5.2).
            let isMapped = address.starts(with: Self.mappedPrefix)
            bytes = isMapped ? Array(address[12...]) : Array(address[..<8])
        } else {
            return nil
        }
    }

    private static let mappedPrefix = [UInt8](repeating: 0, count: 10) + [0xff, 0xff]
}
