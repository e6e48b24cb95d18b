import Testing

@testable import Sessions

/// Arguments are sent unchanged, whatever bytes they contain.
@Suite struct RedisCommandTests {
    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test func `lengths are in bytes`() {
        #expect(RedisCommand("ROLE").bytes == bytes("*1\r\n$4\r\nROLE\r\n"))
        #expect(RedisCommand("AUTH", "größe", "p w").bytes == bytes("*3\r\n$4\r\nAUTH\r\n$7\r\ngröße\r\n$3\r\np w\r\n"))
    }

    @Test func `empty arguments are sent`() {
        #expect(RedisCommand("GET", "").bytes == bytes("*2\r\n$3\r\nGET\r\n$0\r\n\r\n"))
        #expect(RedisCommand("", "a", "").bytes == bytes("*3\r\n$0\r\n\r\n$1\r\na\r\n$0\r\n\r\n"))
        #expect(RedisCommand([[], []]).bytes == bytes("*2\r\n$0\r\n\r\n$0\r\n\r\n"))
    }

    @Test func `no content of an argument ends it or starts another`() {
        let odd: [UInt8] = [0, 13, 10, 36, 42, 255, 0, 37, 115, 0]
        #expect(
            RedisCommand([bytes("SET"), odd, [0]]).bytes
                == bytes("*3\r\n$3\r\nSET\r\n$10\r\n") + odd + bytes("\r\n$1\r\n") + [0] + bytes("\r\n"))
    }

    @Test func `long and many arguments are accepted`() {
        let long = [UInt8](repeating: 0x80, count: 100_000)
        #expect(RedisCommand([long]).bytes == bytes("*1\r\n$100000\r\n") + long + [13, 10])
        let many = [[UInt8]](repeating: [65], count: 1000)
        #expect(RedisCommand(many).bytes == bytes("*1000\r\n" + String(repeating: "$1\r\nA\r\n", count: 1000)))
    }
}
