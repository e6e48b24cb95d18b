internal import Glibc

/// Whom a certificate has to be for: what the operator wrote as host.
enum TLSHost: Equatable {
    /// A DNS name, without the dot that may end it: neither SNI nor certificates have it (RFC 6066, section 3).
    case name(String)
    /// An IPv4 or IPv6 address, without brackets.
    case address(String)

    /// Refuses what OpenSSL would take for less than it says: an empty name for "no check", a leading dot for "all
    /// names below", a NUL for the end. An address in another than the usual form (`127.1`) is a name, which no
    /// certificate has.
    init(_ text: String) throws(TLSError) {
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: ":"):
                true
            default: false
            }
        }
        if isPlain, Self.isAddress(text) {
            self = .address(text)
            return
        }
        let name = text.hasSuffix(".") ? String(text.dropLast()) : text
        guard isPlain, (1...253).contains(name.utf8.count), !name.hasPrefix("."), !name.contains(":") else {
            throw .configuration("the host is neither a name nor an address that a certificate can be for")
        }
        self = .name(name)
    }

    private static func isAddress(_ text: String) -> Bool {
        // Large enough for either family; written to, and not read.
        var address = in6_addr()
        return [AF_INET, AF_INET6].contains { family in unsafe inet_pton(family, text, &address) == 1 }
    }
}
