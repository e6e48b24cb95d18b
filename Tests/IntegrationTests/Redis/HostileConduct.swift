import TestSupport

/// The behaviours of a server in place of Redis.
extension HostileRedis.Conduct {
    typealias Step = HostileRedis.Step

    /// Behaves like a Redis server.
    static let decent = HostileRedis.Conduct(name: "decent") { questions, server in
        questions.map { .send(server.decentAnswer($0)) }
    }

    /// Replies to every command with these bytes.
    static func bytes(_ name: String, _ bytes: [UInt8]) -> Self {
        Self(name: name) { questions, _ in questions.map { _ in .send(bytes) } }
    }

    static func line(_ text: String) -> Self { bytes(String(text.prefix(40)), RESP.line(text)) }

    /// Replies to every read with this value, and to other commands like a Redis server.
    static func value(
        _ name: String, _ value: @escaping @Sendable (_ key: [UInt8], HostileRedis) -> [UInt8]?
    ) -> Self {
        Self(name: name) { questions, server in
            questions.map { question in
                let decent = server.decentAnswer(question)
                return .send(question.isRead ? question.answer(question.keys.map { value($0, server) }) : decent)
            }
        }
    }

    /// Replies in another order, or at another time.
    static func order(
        _ name: String, _ order: @escaping @Sendable (_ decent: [[UInt8]]) -> [Step]
    ) -> Self {
        Self(name: name) { questions, server in order(questions.map { server.decentAnswer($0) }) }
    }

    /// Replies to one command with the values in another order.
    static func values(
        _ name: String, _ order: @escaping @Sendable (_ decent: [[UInt8]?]) -> [[UInt8]?]
    ) -> Self {
        Self(name: name) { questions, server in
            questions.map { question in
                let decent = server.decentAnswer(question)
                guard question.isRead else { return .send(decent) }
                return .send(question.answer(order(question.keys.map { server.entry($0) })))
            }
        }
    }

    static func greeting(_ name: String, _ greeting: [Step]) -> Self {
        Self(name: name, greeting: greeting) { questions, server in questions.map { .send(server.decentAnswer($0)) } }
    }

    static let silence = Self(name: "silence") { _, _ in [] }

    // MARK: Invalid replies

    static var noise: [UInt8] {
        var random = SeededGenerator(seed: 40)
        return (0..<4096).map { _ in .random(in: 0...255, using: &random) }
    }

    private static func times(_ text: String, _ count: Int) -> [UInt8] {
        Array(String(repeating: text, count: count).utf8)
    }

    /// Bytes that are no reply, or no reply to the command.
    static let garbage: [Self] = [
        bytes("an empty line", RESP.line("")), bytes("NULs", [UInt8](repeating: 0, count: 64)), bytes("noise", noise),
        bytes("TLS", [21, 3, 1, 0, 2, 2, 40]), bytes("HTTP", RESP.line("HTTP/1.1 400 Bad Request\r\n")),
        line("*2147483647"), line("$2147483647"), line("$9223372036854775807"), line("*-2"), line("$-2"),
        line(":99999999999999999999"), line("*16385"), line("$abc"), line("%1\r\n+a\r\n+b"), line("_"), line("#t"),
        line(",1.5"), line(">1\r\n+x"), bytes("arrays without end", times("*1\r\n", 260_000)),
        bytes("arrays of 16,384 in arrays", times("*16384\r\n", 8)),
        bytes("a line without end", [UInt8](repeating: 43, count: 5 << 20)),
        bytes("a string of 5 MB", RESP.string([UInt8](repeating: 120, count: 5 << 20))),
        bytes("a string of 100 kB", RESP.string([UInt8](repeating: 1, count: 100_000))),
        line("+OK"), line(":1"), line("*0"), line("*-1"), line("*2\r\n$1\r\na\r\n$1\r\nb"), line("$0\r\n"),
        line("$3\r\nabc"), bytes("a string without its end", Array("$3\r\nabcdef".utf8)),
        bytes("two replies", RESP.string(nil) + RESP.string(nil)),
        bytes("a hundred replies", [[UInt8]](repeating: RESP.string([1]), count: 100).flatMap(\.self)),
        line("*1"), line("*1\r\n:1"), line("*1\r\n+x"), line("*1\r\n*0"), line("*1\r\n-ERR"), line("*1\r\n$-1\r\n$-1"),
        bytes("half a reply", Array("$10\r\nabc".utf8)), bytes("half a line", Array("$-1".utf8)), silence,
        Self(name: "the end") { _, _ in [.close] },
        Self(name: "half a reply and the end") { _, _ in [.send(Array("$10\r\nabc".utf8)), .close] },
        Self(name: "an answer that comes late") { questions, server in
            [.wait(.milliseconds(80))] + questions.map { .send(server.decentAnswer($0)) }
        },
    ]

    /// Errors. They contain no information about a session.
    static let errors: [Self] = [
        "ERR", "", "NOAUTH Authentication required.", "LOADING Redis is loading", "WRONGTYPE Operation against a key",
        "OOM command not allowed", "READONLY You can't write", "MISCONF Redis is configured", "BUSY Redis is busy",
        "MASTERDOWN Link with MASTER is down", "NOPERM no permissions", "TRYAGAIN", "CLUSTERDOWN Hash slot not served",
        "MOVED 1 127.0.0.1:1", "MOVED", "MOVED 99999 a:b", "ASK 1 127.0.0.1:1", "ASK 1 :0",
        "ERR \u{1b}[2J" + String(repeating: "x", count: 100_000),
    ].map { line("-\($0)") }

    /// Replies before the first command.
    static let greetings: [Self] = [
        greeting("a reply before the question", [.send(RESP.string(nil))]),
        greeting("a value before the question", [.send(RESP.string([1, 2, 3]))]),
        greeting("half a reply before the question", [.send(Array("$5\r\nab".utf8))]),
        greeting("an error before the question", [.send(RESP.line("-ERR max number of clients reached"))]),
        greeting("noise before the question", [.send(noise)]),
        greeting("the end before the question", [.close]),
        greeting("an error and the end before the question", [.send(RESP.line("-ERR timeout")), .close]),
    ]

    // MARK: Replies that look valid

    /// Snapshots that workers have written, but for other sessions, earlier, or with modifications.
    static let statements: [Self] = [
        value("the statement on another session") { key, server in server.remembered(otherThan: key) },
        value("the last statement that there was") { key, server in server.remembered(key) },
        value("a statement with a bit turned") { key, server in
            server.remembered(key).map { flip($0, at: Int(key.last ?? 0) * 7 % $0.count) }
        },
        value("a statement with another code") { key, server in
            server.remembered(key).map { flip($0, at: $0.count - 1) }
        },
        value("a statement with another time") { key, server in server.remembered(key).map { flip($0, at: 7) } },
        value("a statement of another generation") { key, server in
            server.remembered(key).map { flip($0, at: 1) }
        },
        value("half a statement") { key, server in server.remembered(key).map { Array($0.prefix($0.count / 2)) } },
        value("a statement and something behind it") { key, server in server.remembered(key).map { $0 + [0] } },
        value("two statements") { key, server in server.remembered(key).map { $0 + $0 } },
        value("a code of NULs") { key, server in
            server.remembered(key).map { $0.dropLast(16) + [UInt8](repeating: 0, count: 16) }
        },
        order("answers in the opposite order") { decent in decent.reversed().map { .send($0) } },
        order("the first answer twice") { decent in ([decent[0]] + decent).map { .send($0) } },
        order("each answer to the next question") { decent in
            ([RESP.string(nil)] + decent.dropLast()).map { .send($0) }
        },
        order("one answer too few") { decent in decent.dropFirst().map { .send($0) } },
        values("values in the opposite order") { $0.reversed() },
        values("the first value for all") { decent in decent.map { _ in decent[0] } },
        values("each value to the next key") { [nil] + $0.dropLast() },
        values("a value too many") { [$0[0]] + $0 },
        values("a value too few") { Array($0.dropLast()) },
        order("a byte at a time") { decent in decent.joined().map { .send([$0]) } },
    ]

    private static func flip(_ bytes: [UInt8], at place: Int) -> [UInt8] {
        var bytes = bytes
        bytes[place] ^= 1
        return bytes
    }
}
