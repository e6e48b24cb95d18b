internal import Glibc

/// The network of a client, as far as clients are distinguished: an IPv4 address, or the /64 of an IPv6 address, within
/// which a subscriber may choose addresses freely.
package struct ClientNetwork: Hashable, Sendable {
    /// The IPv4 address, or the first half of the IPv6 address.
    let number: UInt64
    let isIPv4: Bool

    /// Parses an address. Returns nil for any other text, such as the `unix:` that nginx reports for a client on a unix
    /// socket.
    package init?(_ text: String) {
        var (short, long) = (in_addr(), in6_addr())
        if unsafe inet_pton(AF_INET, text, &short) == 1 {
            (number, isIPv4) = (UInt64(UInt32(bigEndian: short.s_addr)), true)
            return
        }
        guard unsafe inet_pton(AF_INET6, text, &long) == 1 else { return nil }
        let (first, second) = unsafe withUnsafeBytes(of: &long) {
            unsafe (
                UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)),
                UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
        // A socket for both protocols reports an IPv4 client as ::ffff:192.0.2.1 (RFC 4291, section 2.5.5.2).
        let isMapped = first == 0 && second >> 32 == 0xffff
        (number, isIPv4) = isMapped ? (second & 0xffff_ffff, true) : (first, false)
    }

    /// The site to which the network belongs.
    var site: ClientSite { ClientSite(of: self) }

    /// The four bytes of the IPv4 address, or the first eight of the IPv6 address.
    package var bytes: [UInt8] {
        let count = isIPv4 ? 4 : 8
        return (0..<count).map { UInt8(truncatingIfNeeded: number >> UInt64(8 * (count - 1 - $0))) }
    }
}
