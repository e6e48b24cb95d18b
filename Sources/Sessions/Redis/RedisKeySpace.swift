/// Where sessions lie in Redis: under a prefix and the hash of their token, in hexadecimal as PostgreSQL shows it with
/// `encode(token_hash, 'hex')`.
final class RedisKeySpace: Sendable {
    private let prefix: [UInt8]
    private let keyOfZeros: [UInt8]
    /// Commands on a key of zeros, in whose place the hash is put.
    private let get: [UInt8]
    private let remove: [UInt8]
    /// What an MGET says after the number of its words: its name, and then key after key.
    private let getTogether: [UInt8]
    private let oneOfThem: [UInt8]

    init(prefix: String) {
        self.prefix = Array(prefix.utf8)
        let key = self.prefix + [UInt8](repeating: UInt8(ascii: "0"), count: 64)
        keyOfZeros = key
        get = RedisCommand([Array("GET".utf8), key]).bytes
        remove = RedisCommand([Array("DEL".utf8), key]).bytes
        let single = RedisCommand([Array("MGET".utf8), key]).bytes
        let (count, name) = ("*2\r\n".utf8.count, "$4\r\nMGET\r\n".utf8.count)
        getTogether = Array(single[count..<count + name])
        oneOfThem = Array(single[(count + name)...])
    }

    /// A command on the entry of one session.
    enum Command {
        case get
        /// With what it is worth, and how many milliseconds it is kept.
        case set([UInt8], lifetime: Int64)
        case remove
    }

    func append(_ command: Command, on hash: SHA256Digest, to bytes: inout [UInt8]) {
        switch command {
        case .get: append(get, hash, to: &bytes)
        case .remove: append(remove, hash, to: &bytes)
        case .set(let value, let lifetime):
            let command = RedisCommand([
                Array("SET".utf8), key(hash), value, Array("PX".utf8), Array(String(lifetime).utf8),
            ])
            bytes.append(contentsOf: command.bytes)
        }
    }

    /// One command for the entries of several sessions, which only a server that has them all can answer.
    func appendGet(_ hashes: ArraySlice<SHA256Digest>, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "*"))
        bytes.append(contentsOf: String(hashes.count + 1).utf8)
        bytes.append(contentsOf: [UInt8(ascii: "\r"), UInt8(ascii: "\n")])
        bytes.append(contentsOf: getTogether)
        for hash in hashes { append(oneOfThem, hash, to: &bytes) }
    }

    /// The whole key, of which a cluster makes the slot.
    func key(_ hash: SHA256Digest) -> [UInt8] {
        var key = keyOfZeros
        hash.writeHex(to: &key, endingAt: key.count)
        return key
    }

    /// A question that needs no more than those on sessions do, and shows that they would be answered.
    func probe(_ way: RedisProbe.Way) -> RedisProbe {
        RedisProbe(RedisCommand([Array(way.command.utf8), prefix + Array("probe".utf8)]), way)
    }

    /// The key is what these bytes end with, but for its line's end.
    private func append(_ command: [UInt8], _ hash: SHA256Digest, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: command)
        hash.writeHex(to: &bytes, endingAt: bytes.count - 2)
    }
}
