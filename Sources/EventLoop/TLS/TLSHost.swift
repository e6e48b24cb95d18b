internal import Glibc

/// The host that a server's certificate must be valid for, as the operator wrote it.
enum TLSHost: Equatable {
    /// A DNS name, without a trailing dot, which neither SNI nor certificates have (RFC 6066, section 3).
    case name(String)
    /// An IPv4 or IPv6 address, without brackets.
    case address(String)

    /// Parses a host.
    ///
    /// Refuses texts that OpenSSL reads as less than they mean: an empty name as "no check", a leading dot as "all
    /// subdomains", a NUL as the end. An address in an unusual form (`127.1`) is a name, which no certificate has.
    /// - Throws: ``TLSError/configuration(_:)`` for a text that is neither a DNS name nor an IP address.
    init(_ text: String) throws(TLSError) {
        let isPlain = text.utf8.allSatisfy { $0.isASCIIAlphanumeric || "-._:".utf8.contains($0) }
        if isPlain, Self.isAddress(text) {
            self = .address(text)
            return
        }
        let name = text.hasSuffix(".") ? String(text.dropLast()) : text
        guard isPlain, (1...253).contains(name.utf8.count), !name.hasPrefix("."), !name.contains(":") else {
            throw .configuration("the host is neither a DNS name nor an IP address")
        }
        self = .name(name)
    }

    private static func isAddress(_ text: String) -> Bool {
        // Large enough for either family. Written, never read.
        var address = in6_addr()
        return [AF_INET, AF_INET6].contains { family in unsafe inet_pton(family, text, &address) == 1 }
    }
}
