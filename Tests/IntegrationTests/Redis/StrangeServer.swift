import Synchronization
import TestSupport

/// A server at the address of Redis that sends replies that Redis would not send, another one for each connection.
final class StrangeServer: Sendable {
    static let answers: [[UInt8]] =
        [
            "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", "220 mail.example.com ESMTP\r\n", "+OK\r\n",
            ":1\r\n",
            "*0\r\n", "*2147483647\r\n", "*1\r\n$-1\r\n", "$-2\r\n", "$5\r\nhello\r\n$5\r\nhello\r\n", "$-1\r\n$-1\r\n",
            "$1000000000\r\n", "-ERR\r\n", "-\r\n", "\r\n", "\0\0\0\0", "", "E\u{0}\u{1}fatal",
        ].map { Array($0.utf8) } + [(0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ 13) }]

    private let socket: AnsweringSocket
    private let count: Count

    /// A counter shared with the thread of the socket.
    private final class Count: Sendable {
        let value = Atomic(0)
    }

    init(at endpoint: Endpoint) throws {
        let count = Count()
        self.count = count
        socket = try AnsweringSocket(at: endpoint) { _ in
            let number = count.value.wrappingAdd(1, ordering: .relaxed).oldValue
            return Self.answers[number % Self.answers.count]
        }
    }

    /// The number of connections with a reply.
    var answerCount: Int { count.value.load(ordering: .relaxed) }
}
