/// Which of the 16384 parts of a cluster's keys one belongs to (Redis cluster specification, "Key distribution model").
package struct RedisHashSlot: Hashable, Sendable {
    package static let count = 16_384

    /// From 0 up to, but not including, ``count``.
    package let number: Int

    /// Nil when there is no slot of this number.
    package init?(_ number: Int) {
        guard (0..<Self.count).contains(number) else { return nil }
        self.number = number
    }

    /// The slot of a key: of what stands between its first { and the next }, if anything does, else of all of it.
    package init(of key: borrowing Span<UInt8>) {
        number = Int(Self.checksum(key, Self.hashed(key))) % Self.count
    }

    package init(of key: [UInt8]) {
        self.init(of: key.span)
    }

    /// The part of the key that counts ("Hash tags").
    private static func hashed(_ key: borrowing Span<UInt8>) -> Range<Int> {
        var index = 0
        while index < key.count, key[index] != UInt8(ascii: "{") { index += 1 }
        let start = index + 1
        guard start < key.count else { return 0..<key.count }
        index = start
        while index < key.count, key[index] != UInt8(ascii: "}") { index += 1 }
        return index < key.count && index > start ? start..<index : 0..<key.count
    }

    /// CRC-16/XMODEM: polynomial 0x1021, starts at 0, nothing reflected ("Appendix A").
    static func checksum(_ bytes: borrowing Span<UInt8>, _ range: Range<Int>) -> UInt16 {
        var sum: UInt16 = 0
        for index in range { sum = sum << 8 ^ table[Int(sum >> 8 ^ UInt16(bytes[index]))] }
        return sum
    }

    /// What each value of a byte adds.
    private static let table: [UInt16] = (0..<256).map { byte in
        (0..<8).reduce(UInt16(byte) << 8) { sum, _ in sum & 0x8000 == 0 ? sum << 1 : sum << 1 ^ 0x1021 }
    }
}
