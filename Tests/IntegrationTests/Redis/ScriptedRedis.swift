import Foundation
import Glibc
import TestSupport

/// A server that receives commands like a Redis server and replies as a test specifies. Each connection has its own
/// thread, which ends with the connection.
final class ScriptedRedis: Sendable {
    private let listener: Descriptor

    /// Starts the server.
    ///
    /// - Parameter answer: Returns the reply to a command's words in wire format, or nil for no reply.
    init(at endpoint: Endpoint, answer: @escaping @Sendable ([String]) -> String?) throws {
        let listener = try endpoint.makeListener(isBlocking: true)
        self.listener = listener
        Thread.detachNewThread {
            while true {
                let connection = accept(listener.number, nil, nil)
                if connection >= 0 {
                    Thread.detachNewThread {
                        Self.serve(connection, answer)
                        close(connection)
                    }
                } else if errno != EINTR, errno != ECONNABORTED {
                    return
                }
            }
        }
    }

    deinit {
        // Ends the thread's accept.
        shutdown(listener.number, Int32(SHUT_RDWR))
    }

    private static func serve(_ connection: Int32, _ answer: ([String]) -> String?) {
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = unsafe recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            received += buffer.prefix(count)
            while let command = takeCommand(&received) {
                guard let reply = answer(command) else { continue }
                let bytes = Array(reply.utf8)
                guard unsafe send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else { return }
            }
        }
    }

    /// Removes and returns the first command of the received bytes, or returns nil if it is incomplete.
    private static func takeCommand(_ bytes: inout [UInt8]) -> [String]? {
        var rest = bytes[...]
        /// Returns the number in a line such as `*2` or `$14`.
        func takeNumber() -> Int? {
            guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
            defer { rest = rest[(end + 1)...] }
            return Int(String(decoding: rest[..<end].dropFirst().dropLast(), as: UTF8.self))
        }
        guard let count = takeNumber() else { return nil }
        var words: [String] = []
        for _ in 0..<count {
            guard let length = takeNumber(), rest.count >= length + 2 else { return nil }
            words.append(String(decoding: rest.prefix(length), as: UTF8.self))
            rest = rest.dropFirst(length + 2)
        }
        bytes = Array(rest)
        return words
    }
}
