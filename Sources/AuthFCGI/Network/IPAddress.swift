internal import Glibc

/// An IP address. An IPv4 address is kept as the IPv6 address to which it is mapped (RFC 4291, section 2.5.5.2), so that the
/// two forms in which a socket for both protocols reports a client are equal.
struct IPAddress: Hashable, Sendable {
    /// The first eight bytes.
    let high: UInt64
    /// The last eight bytes.
    let low: UInt64

    private static let mapped: UInt64 = 0xffff
    /// The length of the longest text, with the NUL at its end.
    private static let textBytes = 46

    private init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Returns nil unless there are 4 or 16 bytes.
    init?(bytes: some Collection<UInt8>) {
        switch bytes.count {
        case 4: self.init(high: 0, low: Self.mapped << 32 | bytes.reduce(0) { $0 << 8 | UInt64($1) })
        case 16:
            self.init(
                high: bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) },
                low: bytes.dropFirst(8).reduce(0) { $0 << 8 | UInt64($1) })
        default: return nil
        }
    }

    /// Parses an address without brackets, zone or port. Returns nil for any other text. Allocates nothing.
    init?(_ text: borrowing Span<UInt8>) {
        guard text.count < Self.textBytes, !text.contains(0) else { return nil }
        var terminated = InlineArray<46, UInt8>(repeating: 0)
        for index in text.indices { terminated[index] = text[index] }
        var long = in6_addr()
        var short = in_addr()
        let family: Int32? = unsafe withUnsafeBytes(of: &terminated) { bytes in
            let characters = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            if unsafe inet_pton(AF_INET, characters, &short) == 1 { return AF_INET }
            return unsafe inet_pton(AF_INET6, characters, &long) == 1 ? AF_INET6 : nil
        }
        switch family {
        case AF_INET?: self.init(high: 0, low: Self.mapped << 32 | UInt64(UInt32(bigEndian: short.s_addr)))
        case AF_INET6?:
            let (first, second) = unsafe withUnsafeBytes(of: &long) { bytes in
                unsafe (
                    UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                    UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
                )
            }
            self.init(high: first, low: second)
        default: return nil
        }
    }

    /// Parses an address without brackets, zone or port. Returns nil for any other text.
    init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        self.init(bytes.span)
    }

    var isIPv4: Bool { high == 0 && low >> 32 == Self.mapped }

    /// True for 127.0.0.0/8 and ::1.
    var isLoopback: Bool { isIPv4 ? low >> 24 & 0xff == 127 : high == 0 && low == 1 }

    /// True for 0.0.0.0 and ::, which stand for all addresses of the machine.
    var isAny: Bool { high == 0 && (low == 0 || low == Self.mapped << 32) }

    /// The four bytes of an IPv4 address, or the 16 of an IPv6 address, in network order.
    var bytes: [UInt8] {
        let all = [high, low].flatMap { half in (0..<8).map { UInt8(truncatingIfNeeded: half >> UInt64(56 - 8 * $0)) } }
        return isIPv4 ? Array(all[12...]) : all
    }
}

extension IPAddress: CustomStringConvertible {
    /// The address in its shortest form (RFC 5952).
    var description: String {
        let bytes = bytes
        var buffer = [CChar](repeating: 0, count: Self.textBytes)
        let family = isIPv4 ? AF_INET : AF_INET6
        guard unsafe inet_ntop(family, bytes, &buffer, socklen_t(buffer.count)) != nil else { return "" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
