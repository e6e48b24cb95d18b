/// A range of IP addresses with a common prefix: `10.0.0.0/8`, or a single address.
struct IPNetwork: Hashable, Sendable {
    private let first: IPAddress
    /// The number of bits of the prefix, counted in an IPv6 address.
    private let bits: Int

    /// The number of bits of an IPv6 address before the IPv4 address that is mapped to it.
    private static let bitsBeforeIPv4 = 96

    /// Parses an address, with or without a slash and the length of the prefix. Returns nil for any other text, also if the
    /// address has bits behind the prefix: whoever writes it may mean another network.
    init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddress(parts[0]) else { return nil }
        let longest = address.isIPv4 ? 32 : 128
        var length = longest
        if parts.count == 2 {
            guard parts[1].utf8.allSatisfy({ $0 &- 0x30 < 10 }), let number = Int(parts[1]), number <= longest else {
                return nil
            }
            length = number
        }
        first = address
        bits = length + (address.isIPv4 ? Self.bitsBeforeIPv4 : 0)
        let (high, low) = masks
        guard first.high & ~high == 0, first.low & ~low == 0 else { return nil }
    }

    func contains(_ address: IPAddress) -> Bool {
        let (high, low) = masks
        return (address.high ^ first.high) & high == 0 && (address.low ^ first.low) & low == 0
    }

    /// The bits of the prefix.
    private var masks: (high: UInt64, low: UInt64) {
        // A shift by 64 is zero.
        (~(UInt64.max >> UInt64(min(bits, 64))), ~(UInt64.max >> UInt64(max(0, bits - 64))))
    }
}

extension IPNetwork: CustomStringConvertible {
    /// The network in the form in which it is parsed; a single address without the length.
    var description: String {
        let length = first.isIPv4 ? bits - Self.bitsBeforeIPv4 : bits
        return bits == 128 ? "\(first)" : "\(first)/\(length)"
    }
}
