internal import Glibc

/// Where a login comes from, as far as the throttle tells clients apart: an IPv4 address, or the /64 of an IPv6 address,
/// within which a single subscriber may choose addresses at will.
struct ClientNetwork: Equatable, Sendable {
    /// Four bytes of IPv4, or the first eight of IPv6.
    let bytes: [UInt8]

    /// Reads an address; nil when it is none, such as the `unix:` that nginx says of a client on a unix socket.
    init?(_ text: String) {
        var address = [UInt8](repeating: 0, count: 16)
        if unsafe inet_pton(AF_INET, text, &address) == 1 {
            bytes = Array(address[..<4])
        } else if unsafe inet_pton(AF_INET6, text, &address) == 1 {
            // A socket for both protocols shows an IPv4 client as ::ffff:192.0.2.1 (RFC 4291, section 2.5.5.2).
            let isMapped = address.starts(with: Self.mappedPrefix)
            bytes = isMapped ? Array(address[12...]) : Array(address[..<8])
        } else {
            return nil
        }
    }

    private static let mappedPrefix = [UInt8](repeating: 0, count: 10) + [0xff, 0xff]
}
