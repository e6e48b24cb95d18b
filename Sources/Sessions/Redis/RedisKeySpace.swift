/// Where sessions lie in Redis: under a prefix and the hash of their token, in hexadecimal as PostgreSQL shows it with
/// `encode(token_hash, 'hex')`.
final class RedisKeySpace: Sendable {
    private let prefix: [UInt8]
    /// Commands on a key of zeros, in whose place the hash is put.
    private let get: RedisCommand
    private let remove: RedisCommand

    init(prefix: String) {
        self.prefix = Array(prefix.utf8)
        let zeros = [UInt8](repeating: UInt8(ascii: "0"), count: 64)
        get = RedisCommand([Array("GET".utf8), self.prefix + zeros])
        remove = RedisCommand([Array("DEL".utf8), self.prefix + zeros])
    }

    /// A command on the entry of one session.
    enum Command {
        case get
        /// With what it is worth, and how many milliseconds it is kept.
        case set([UInt8], lifetime: Int64)
        case remove
    }

    func append(_ command: Command, on hash: Digest, to bytes: inout [UInt8]) {
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

    /// The whole key, of which a cluster makes the slot.
    func key(_ hash: Digest) -> [UInt8] { prefix + Array(hash.hex.utf8) }

    /// A command that needs no more than the commands on sessions do, and shows that they would be answered.
    var probe: RedisCommand { RedisCommand([Array("GET".utf8), prefix + Array("probe".utf8)]) }

    /// The key is what a command ends with, but for its line's end.
    private func append(_ command: RedisCommand, _ hash: Digest, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: command.bytes)
        hash.writeHex(to: &bytes, endingAt: bytes.count - 2)
    }
}
