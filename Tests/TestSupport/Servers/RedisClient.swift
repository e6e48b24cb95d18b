/// A connection to a Redis server that sends arbitrary bytes, as an attacker with access to the server can.
package final class RedisClient {
    /// A reply of the server.
    package enum Reply: Equatable, Sendable {
        case bytes([UInt8])
        /// A status or a number.
        case text(String)
        case nothing
        case error(String)
    }

    private let socket: StreamSocket
    private static let deadline = Duration.seconds(10)

    /// Connects to a server.
    ///
    /// - Parameter password: The password of the default user, if it has one.
    package init(_ server: RedisServer) throws {
        socket = try StreamSocket(connectingTo: server.endpoint, until: Deadline(within: Self.deadline))
        if let password = server.password { try command("AUTH", password) }
    }

    /// Sends a command and returns the reply, which must not be an array.
    @discardableResult
    package func command(_ words: [[UInt8]]) throws -> Reply {
        let deadline = Deadline(within: Self.deadline)
        var bytes = Array("*\(words.count)\r\n".utf8)
        for word in words { bytes += Array("$\(word.count)\r\n".utf8) + word + Array("\r\n".utf8) }
        guard try socket.send(bytes, until: deadline) else { throw SupportError.unexpected("Redis has hung up") }
        let line = try line(until: deadline)
        switch line.first {
        case "+", ":": return .text(String(line.dropFirst()))
        case "-": return .error(String(line.dropFirst()))
        case "$":
            guard let count = Int(line.dropFirst()), count >= 0 else { return .nothing }
            let value = try socket.take(exactly: count + 2, until: deadline)
            return .bytes(Array(value.dropLast(2)))
        default: throw SupportError.unexpected("not understood: \(line)")
        }
    }

    @discardableResult
    package func command(_ words: String...) throws -> Reply { try command(words.map { Array($0.utf8) }) }

    /// Returns the value of a key, or nil if there is none.
    package func value(of key: String) throws -> [UInt8]? {
        guard case .bytes(let value) = try command("GET", key) else { return nil }
        return value
    }

    /// Sets a value for five minutes, which exceeds the maximum age of a snapshot.
    package func set(_ key: String, _ value: [UInt8]) throws {
        let reply = try command([Array("SET".utf8), Array(key.utf8), value, Array("PX".utf8), Array("300000".utf8)])
        guard reply == .text("OK") else { throw SupportError.unexpected("SET: \(reply)") }
    }

    private func line(until deadline: Deadline) throws -> String {
        var bytes: [UInt8] = []
        while bytes.suffix(2) != [13, 10] {
            let next = try socket.take(exactly: 1, until: deadline)
            guard !next.isEmpty else { throw SupportError.unexpected("Redis has hung up") }
            bytes += next
        }
        return String(decoding: bytes.dropLast(2), as: UTF8.self)
    }
}
