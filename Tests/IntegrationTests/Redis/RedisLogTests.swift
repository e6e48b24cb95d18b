import EventLoop
import Testing

@testable import Sessions

/// Log lines about Redis, and their number.
@Suite struct RedisLogTests {
    /// Servers whose condition a test sets.
    @EventLoop
    private final class Servers: RedisServers {
        var onChange: (@EventLoop () -> Void)?
        var condition = RedisHealth.unknown {
            didSet { if condition != oldValue { onChange?() } }
        }

        func start() {}
        func close() {}

        func find(_ hash: SHA256Digest, _ answer: @escaping RedisConnection.Answer) -> Bool { false }

        func send(
            _ command: RedisKeySpace.Command, on hash: SHA256Digest, _ answer: @escaping RedisConnection.Answer
        ) -> Bool { false }
    }

    /// Returns the log lines for a sequence of conditions of the servers.
    @EventLoop
    private func lines(_ conditions: [RedisHealth]) -> [String] {
        let servers = Servers()
        let log = RecordedLog()
        let sessions = RedisSessions(servers, sealSecret: nil, entryLifetime: .seconds(300), log: log.logger)
        sessions.start()
        for condition in conditions { servers.condition = condition }
        return log.text.split(separator: "\n").map(String.init)
    }

    private let connected = "info: ✓ Connected to Redis for session storage"
    private let database = "info: Using database for session storage"
    private func failed(_ reason: String) -> String { "warning: Failed to connect to Redis: \(reason)" }

    @Test func `each change is logged`() async {
        let lines = await lines([.up("a"), .down("x"), .up("a"), .down("x"), .up("a")])
        #expect(lines == [connected, failed("x"), database, connected, failed("x"), database, connected])
    }

    @Test func `alternating reasons are logged once each, and the use of the database once`() async {
        let lines = await lines([.down("x"), .down("y"), .down("x"), .down("y"), .down("z"), .down("x"), .up("a")])
        #expect(lines == [failed("x"), database, failed("y"), failed("z"), connected])
    }

    @Test func `a server with a new reason each time does not fill the log`() async {
        let lines = await lines((0..<1000).map { .down("reason \($0)") } + [.up("a"), .down("last")])
        // Ten reasons, and the lines of the changes.
        #expect(lines.count == 14)
        #expect(lines.suffix(3) == [connected, failed("last"), database])
    }

    @Test func `the loss of some servers is logged differently from the loss of all`() async {
        let some = "\(database), for the keys of the lost servers"
        let lines = await lines([
            .up("a"), .partly("x"), .partly("y"), .partly("x"), .down("x"), .partly("x"), .up("a"),
        ])
        #expect(lines == [connected, failed("x"), some, failed("y"), database, some, connected])
    }
}
