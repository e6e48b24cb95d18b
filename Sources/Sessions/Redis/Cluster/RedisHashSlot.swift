/// One of the 16384 hash slots of a cluster (Redis cluster specification, "Key distribution model").
package struct RedisHashSlot: Hashable, Sendable {
    /// The number of slots.
    package static let count = 16_384

    /// The slot's number, from 0 up to, but not including, ``count``.
    package let number: Int

    /// Creates a slot, or nil if there is none of this number.
    package init?(_ number: Int) {
        guard (0..<Self.count).contains(number) else { return nil }
        self.number = number
    }

    /// Computes the slot of a key: of the part between its first { and the next }, if that is not empty, otherwise of
    /// the whole key.
    package init(of key: borrowing Span<UInt8>) {
        number = Int(Self.checksum(key, Self.hashed(key))) % Self.count
    }

    /// Computes the slot of a key.
    package init(of key: [UInt8]) {
        self.init(of: key.span)
    }

    /// Returns the range of the key that is hashed ("Hash tags").
    private static func hashed(_ key: borrowing Span<UInt8>) -> Range<Int> {
        var index = 0
        while index < key.count, key[index] != UInt8(ascii: "{") { index += 1 }
        let start = index + 1
        guard start < key.count else { return 0..<key.count }
        index = start
        while index < key.count, key[index] != UInt8(ascii: "}") { index += 1 }
        return index < key.count && index > start ? start..<index : 0..<key.count
    }

    /// Returns the CRC-16/XMODEM checksum: polynomial 0x1021, initial value 0, no reflection ("Appendix A").
    static func checksum(_ bytes: borrowing Span<UInt8>, _ range: Range<Int>) -> UInt16 {
        var sum: UInt16 = 0
        for index in range { sum = sum << 8 ^ table[Int(sum >> 8 ^ UInt16(bytes[index]))] }
        return sum
    }

    /// The contribution of each byte value.
    private static let table: [UInt16] = (0..<256).map { byte in
        (0..<8).reduce(UInt16(byte) << 8) { sum, _ in sum & 0x8000 == 0 ? sum << 1 : sum << 1 ^ 0x1021 }
    }
}
