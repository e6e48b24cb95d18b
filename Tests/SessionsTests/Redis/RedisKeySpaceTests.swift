import Testing

@testable import Sessions

/// The bytes that are sent.
@Suite struct RedisKeySpaceTests {
    private static let hex = "00017f80ff0a1b2c3d4e5f60718293a4b5c6d7e8f9fefdfcfbfaf9f8f7f6f5f4"
    private let hash = SHA256Digest(hex: Array(hex.utf8).span) ?? SHA256Digest()

    private func bytes(_ keys: RedisKeySpace, _ command: RedisKeySpace.Command) -> [UInt8] {
        var bytes: [UInt8] = []
        keys.append(command, on: hash, to: &bytes)
        return bytes
    }

    private func text(_ keys: RedisKeySpace, _ command: RedisKeySpace.Command) -> String {
        String(decoding: bytes(keys, command), as: UTF8.self)
    }

    @Test func `a key is the prefix and the hash in hexadecimal`() {
        let keys = RedisKeySpace(prefix: "authfcgi:")
        #expect(keys.key(hash) == Array("authfcgi:\(Self.hex)".utf8))
        #expect(RedisKeySpace(prefix: "").key(hash) == Array(Self.hex.utf8))
    }

    @Test func `the commands have these bytes`() {
        let keys = RedisKeySpace(prefix: "authfcgi:")
        #expect(text(keys, .get) == "*2\r\n$3\r\nGET\r\n$73\r\nauthfcgi:\(Self.hex)\r\n")
        #expect(text(keys, .remove) == "*2\r\n$3\r\nDEL\r\n$73\r\nauthfcgi:\(Self.hex)\r\n")
        let set = bytes(keys, .set([0, 13, 10, 255], lifetime: 299_999))
        let head = Array("*5\r\n$3\r\nSET\r\n$73\r\nauthfcgi:\(Self.hex)\r\n$4\r\n".utf8)
        #expect(set == head + [0, 13, 10, 255] + Array("\r\n$2\r\nPX\r\n$6\r\n299999\r\n".utf8))
        let trial = "*6\r\n$3\r\nSET\r\n$73\r\nauthfcgi:\(Self.hex)\r\n$0\r\n\r\n$2\r\nPX\r\n$1\r\n1\r\n$2\r\nNX\r\n"
        #expect(text(keys, .trial) == trial)
        let probes = [RedisProbe.Way.single, .together].map {
            String(decoding: keys.probe($0).command.bytes, as: UTF8.self)
        }
        #expect(probes[0] == "*2\r\n$3\r\nGET\r\n$14\r\nauthfcgi:probe\r\n")
        #expect(probes[1] == "*2\r\n$4\r\nMGET\r\n$14\r\nauthfcgi:probe\r\n")
    }

    @Test(arguments: [1, 2, 9, 10, 99, 100]) func `several sessions are requested with one command`(_ count: Int) {
        let keys = RedisKeySpace(prefix: "p:")
        let hashes = (0..<count).map { SHA256.digest(Array("\($0)".utf8).span) }
        var bytes: [UInt8] = [1, 2, 3]
        keys.appendGet(hashes[...], to: &bytes)
        let words = ["MGET"] + hashes.map { "p:\($0.hex)" }
        let expected = "*\(count + 1)\r\n" + words.map { "$\($0.utf8.count)\r\n\($0)\r\n" }.joined()
        #expect(bytes == [1, 2, 3] + Array(expected.utf8))
    }

    @Test func `commands are appended without changing the bytes before them`() throws {
        let keys = RedisKeySpace(prefix: "p")
        let other = SHA256.digest(Array("other".utf8).span)
        var all: [UInt8] = [1, 2, 3]
        keys.append(.get, on: hash, to: &all)
        keys.append(.remove, on: other, to: &all)
        keys.append(.get, on: other, to: &all)
        let expected =
            "*2\r\n$3\r\nGET\r\n$65\r\np\(Self.hex)\r\n*2\r\n$3\r\nDEL\r\n$65\r\np\(other.hex)\r\n"
            + "*2\r\n$3\r\nGET\r\n$65\r\np\(other.hex)\r\n"
        #expect(all == [1, 2, 3] + Array(expected.utf8))
    }

    @Test(arguments: ["", " ", "a b", "\r\n*1\r\n$8\r\nFLUSHALL\r\n", "\0", "ö:", "{a}", "\"'\\", "%s%d%b", "👩‍👩‍👧"])
    func `a prefix of any characters stays part of the key`(_ prefix: String) {
        let keys = RedisKeySpace(prefix: prefix)
        let key = Array((prefix + Self.hex).utf8)
        #expect(keys.key(hash) == key)
        #expect(bytes(keys, .get) == Array("*2\r\n$3\r\nGET\r\n$\(key.count)\r\n".utf8) + key + [13, 10])
        #expect(bytes(keys, .remove) == Array("*2\r\n$3\r\nDEL\r\n$\(key.count)\r\n".utf8) + key + [13, 10])
        let set = Array("*5\r\n$3\r\nSET\r\n$\(key.count)\r\n".utf8) + key
        #expect(bytes(keys, .set([], lifetime: 1)) == set + Array("\r\n$0\r\n\r\n$2\r\nPX\r\n$1\r\n1\r\n".utf8))
    }
}
