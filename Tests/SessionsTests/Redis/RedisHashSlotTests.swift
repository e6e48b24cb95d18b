import Testing

@testable import Sessions

@Suite struct RedisHashSlotTests {
    /// Computes the checksum bit by bit, as the algorithm is defined.
    private func slowChecksum(_ bytes: [UInt8]) -> UInt16 {
        var sum: UInt16 = 0
        for byte in bytes {
            for bit in (0..<8).reversed() {
                let out = sum >> 15 == 1
                sum = sum << 1 | UInt16(byte >> bit & 1)
                if out { sum ^= 0x1021 }
            }
        }
        for _ in 0..<16 { sum = sum >> 15 == 1 ? sum << 1 ^ 0x1021 : sum << 1 }
        return sum
    }

    @Test func `the checksum is that of the specification`() {
        let bytes = Array("123456789".utf8)
        #expect(RedisHashSlot.checksum(bytes.span, 0..<9) == 0x31c3)
        #expect(RedisHashSlot.checksum(bytes.span, 0..<0) == 0)
    }

    /// The results of `CLUSTER KEYSLOT` on a Redis 7.0 server.
    @Test(arguments: [
        ("", 0), ("123456789", 12739), ("foo", 12182), ("bar", 5061), ("somekey", 11058), ("foo{hash_tag}", 2515),
        ("bar{hash_tag}", 2515), ("hash_tag", 2515), ("{user1000}.following", 3443), ("foo{}{bar}", 8363),
        ("foo{{bar}}zap", 4015), ("foo{bar}{zap}", 5061), ("{}", 15257), ("{", 4092), ("foo{bar", 15278),
        ("}{a}", 15495),
    ]) func `keys have the slots that servers give them`(_ key: String, _ slot: Int) {
        #expect(RedisHashSlot(of: Array(key.utf8)).number == slot)
    }

    /// The examples of the specification, and cases that they omit.
    @Test(arguments: [
        ("{user1000}.following", "user1000"), ("{user1000}.followers", "user1000"), ("foo{}{bar}", "foo{}{bar}"),
        ("foo{{bar}}zap", "{bar"), ("foo{bar}{zap}", "bar"), ("{}", "{}"), ("{", "{"), ("}", "}"),
        ("foo{bar", "foo{bar"),
        ("foo}bar{", "foo}bar{"), ("}{a}", "a"), ("{a}", "a"), ("a{", "a{"), ("{}a", "{}a"),
    ]) func `a non-empty text in braces determines the slot`(_ key: String, _ hashed: String) {
        let expected = Int(slowChecksum(Array(hashed.utf8))) % 16_384
        #expect(RedisHashSlot(of: Array(key.utf8)).number == expected)
        #expect(RedisHashSlot(of: Array(key.utf8).span).number == expected)
    }

    @Test func `any bytes have the slot of the definition`() {
        var generator = SeededGenerator(seed: 16_384)
        for count in 0..<300 {
            // Without braces.
            let key = (0..<count).map { _ in UInt8.random(in: 0..<UInt8(ascii: "{"), using: &generator) }
            #expect(RedisHashSlot(of: key).number == Int(slowChecksum(key)) % 16_384)
        }
    }

    @Test func `there are 16384 slots`() {
        #expect(RedisHashSlot(0)?.number == 0 && RedisHashSlot(16_383)?.number == 16_383)
        #expect(RedisHashSlot(-1) == nil && RedisHashSlot(16_384) == nil)
    }
}
