import Foundation
import Glibc
import Synchronization
import TestSupport

/// A server in place of Redis. It accepts connections like a Redis server, and replies to the commands after the
/// handshake as a test specifies. It stores values that are SET, as material for its replies.
///
/// Each connection has a thread. The server ends with `stop()`, or when the last reference is released.
final class HostileRedis: Sendable {
    /// A GET, MGET, SET or DEL.
    struct Question: Sendable {
        let name: String
        /// One key, except for MGET.
        let keys: [[UInt8]]
        var value: [UInt8] = []

        var key: [UInt8] { keys.first ?? [] }
        var isRead: Bool { name == "GET" || name == "MGET" }

        /// Returns the reply to a GET or an MGET with these values of the keys.
        func answer(_ values: [[UInt8]?]) -> [UInt8] {
            name == "MGET" ? RESP.array(values.map { RESP.string($0) }) : RESP.string(values.first ?? nil)
        }
    }

    enum Step: Sendable {
        case send([UInt8])
        case wait(Duration)
        case close
    }

    /// A behaviour.
    struct Conduct: Sendable {
        let name: String
        /// Bytes sent directly after the reply to the last command of the handshake.
        var greeting: [Step] = []
        /// Returns the steps for commands that have arrived together.
        let answer: @Sendable ([Question], HostileRedis) -> [Step]
    }

    private struct Contents {
        var conduct: Conduct
        var answered = 0
        var connections: Set<Int32> = []
        var accepted = 0
        var entries: [[UInt8]: [UInt8]] = [:]
        var history: [[UInt8]: [UInt8]] = [:]
    }

    private let listener: Descriptor
    private let contents: Mutex<Contents>
    private let port: UInt16?

    init(at endpoint: Endpoint, _ conduct: Conduct = .decent) throws {
        let listener = try endpoint.makeListener(isBlocking: true)
        self.listener = listener
        contents = Mutex(Contents(conduct: conduct))
        port = if case .tcp(let port) = endpoint { port } else { nil }
        Thread.detachNewThread { [weak self] in
            while true {
                let connection = accept(listener.number, nil, nil)
                if connection >= 0 {
                    guard let self else {
                        close(connection)
                        return
                    }
                    begin(connection)
                } else if errno != EINTR, errno != ECONNABORTED {
                    return
                }
            }
        }
    }

    deinit { stop() }

    /// Accepts no more connections, and ends the existing ones.
    func stop() {
        shutdown(listener.number, Int32(SHUT_RDWR))
        drop()
    }

    /// Changes the behaviour, also on existing connections.
    func behave(_ conduct: Conduct) {
        contents.withLock { contents in
            contents.conduct = conduct
            contents.answered = 0
        }
    }

    /// Ends all connections.
    func drop() {
        contents.withLock { contents in
            for connection in contents.connections { shutdown(connection, Int32(SHUT_RDWR)) }
        }
    }

    /// The number of commands and greetings during the present behaviour.
    var answered: Int { contents.withLock { $0.answered } }
    /// The number of connections so far.
    var accepted: Int { contents.withLock { $0.accepted } }

    // MARK: Stored values

    /// Returns the value of a key.
    func entry(_ key: [UInt8]) -> [UInt8]? { contents.withLock { $0.entries[key] } }
    /// Returns the value that was last SET for a key, even if it was deleted since.
    func remembered(_ key: [UInt8]) -> [UInt8]? { contents.withLock { $0.history[key] } }
    /// Returns the value that was last SET for some other key.
    func remembered(otherThan key: [UInt8]) -> [UInt8]? {
        contents.withLock { contents in contents.history.first { $0.key != key }?.value }
    }

    /// Returns the reply of a Redis server.
    func decentAnswer(_ question: Question) -> [UInt8] {
        contents.withLock { contents in
            switch question.name {
            case "GET", "MGET": return question.answer(question.keys.map { contents.entries[$0] })
            case "SET":
                contents.entries[question.key] = question.value
                contents.history[question.key] = question.value
                return RESP.line("+OK")
            default: return RESP.line(contents.entries.removeValue(forKey: question.key) == nil ? ":0" : ":1")
            }
        }
    }

    // MARK: Connections

    private func begin(_ connection: Int32) {
        contents.withLock { contents in
            contents.connections.insert(connection)
            contents.accepted += 1
        }
        Thread.detachNewThread { [self] in
            serve(connection)
            contents.withLock { _ = $0.connections.remove(connection) }
            close(connection)
        }
    }

    private func serve(_ connection: Int32) {
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            received += buffer.prefix(count)
            var questions: [Question] = []
            while let words = RESP.takeCommand(from: &received) {
                if let steps = handshakeAnswer(words) {
                    guard take(steps, connection) else { return }
                } else {
                    let name = String(decoding: words[0], as: UTF8.self)
                    questions.append(
                        name == "SET"
                            ? Question(name: name, keys: [words[1]], value: words[2])
                            : Question(name: name, keys: Array(words.dropFirst())))
                }
            }
            guard !questions.isEmpty else { continue }
            let conduct = contents.withLock { contents in
                contents.answered += questions.count(where: \.isRead)
                return contents.conduct
            }
            guard take(conduct.answer(questions, self), connection) else { return }
        }
    }

    /// Returns the steps for a command of a handshake, or nil if it belongs to none.
    private func handshakeAnswer(_ words: [[UInt8]]) -> [Step]? {
        switch String(decoding: words.first ?? [], as: UTF8.self) {
        case "AUTH", "SELECT", "ASKING": return [.send(RESP.line("+OK"))]
        case "ROLE": return [.send(RESP.array([RESP.string(Array("master".utf8)), RESP.line(":0"), RESP.array([])]))]
        case "CLUSTER":
            let node = RESP.array([RESP.string(Array("127.0.0.1".utf8)), RESP.line(":\(port ?? 0)")])
            return [.send(RESP.array([RESP.array([RESP.line(":0"), RESP.line(":16383"), node])]))]
        case let name where words.count == 2 && words[1].suffix(5) == Array("probe".utf8)[...]:
            let greeting = contents.withLock { contents in
                if !contents.conduct.greeting.isEmpty { contents.answered += 1 }
                return contents.conduct.greeting
            }
            return [.send(Question(name: name, keys: [words[1]]).answer([nil]))] + greeting
        default: return nil
        }
    }

    /// Performs steps on a connection.
    ///
    /// - Returns: False if the connection has ended.
    private func take(_ steps: [Step], _ connection: Int32) -> Bool {
        for step in steps {
            switch step {
            case .send(let bytes): guard send(bytes, connection) else { return false }
            case .wait(let duration): sleepThread(for: duration)
            case .close: return false
            }
        }
        return true
    }

    private func send(_ bytes: [UInt8], _ connection: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
