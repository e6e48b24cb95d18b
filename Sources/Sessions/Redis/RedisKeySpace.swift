/// The keys of sessions in Redis: a prefix and the token's hash, in hexadecimal as PostgreSQL shows it with
/// `encode(token_hash, 'hex')`.
final class RedisKeySpace: Sendable {
    private let prefix: [UInt8]
    private let keyOfZeros: [UInt8]
    /// The commands on a key of zeros, which are overwritten with the hash.
    private let get: [UInt8]
    private let remove: [UInt8]
    /// The parts of an MGET after the number of its arguments: the name, and one key.
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

    /// A command on one session's entry.
    enum Command {
        case get
        /// The value and its lifetime in milliseconds.
        case set([UInt8], lifetime: Int64)
        case remove
        /// An empty value for a millisecond, unless there is an entry: it changes none, and shows whether the server stores
        /// anything.
        case trial
    }

    /// Appends a command in the wire format.
    func append(_ command: Command, on hash: SHA256Digest, to bytes: inout [UInt8]) {
        switch command {
        case .get: append(get, hash, to: &bytes)
        case .remove: append(remove, hash, to: &bytes)
        case .set(let value, let lifetime):
            let command = RedisCommand([
                Array("SET".utf8), key(hash), value, Array("PX".utf8), Array(String(lifetime).utf8),
            ])
            bytes.append(contentsOf: command.bytes)
        case .trial:
            let words = ["PX", "1", "NX"].map { Array($0.utf8) }
            bytes.append(contentsOf: RedisCommand([Array("SET".utf8), key(hash), []] + words).bytes)
        }
    }

    /// Appends one command for the entries of several sessions, for a server that stores all of them.
    func appendGet(_ hashes: ArraySlice<SHA256Digest>, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "*"))
        bytes.append(contentsOf: String(hashes.count + 1).utf8)
        bytes.append(contentsOf: [UInt8(ascii: "\r"), UInt8(ascii: "\n")])
        bytes.append(contentsOf: getTogether)
        for hash in hashes { append(oneOfThem, hash, to: &bytes) }
    }

    /// Returns the complete key, from which a cluster computes the slot.
    func key(_ hash: SHA256Digest) -> [UInt8] {
        var key = keyOfZeros
        hash.writeHex(to: &key, endingAt: key.count)
        return key
    }

    /// Returns a command that requires the same permissions and server state as the commands on sessions.
    /// - Parameter number: The number of the key, of which a cluster stores each on another node.
    func probe(_ way: RedisProbe.Way, number: Int = 0) -> RedisProbe {
        RedisProbe(RedisCommand([Array(way.command.utf8), probeKey(number)]), way)
    }

    /// Returns the key of ``probe(_:number:)``, under which nothing is stored.
    func probeKey(_ number: Int) -> [UInt8] { prefix + Array((number == 0 ? "probe" : "probe\(number)").utf8) }

    /// Appends a command whose last argument is the key, in front of the final line end.
    private func append(_ command: [UInt8], _ hash: SHA256Digest, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: command)
        hash.writeHex(to: &bytes, endingAt: bytes.count - 2)
    }
}
