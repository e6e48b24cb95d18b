import EventLoop
import Synchronization
import TestSupport
import Testing

@testable import Sessions

/// A server of a cluster that loses its slots during a query.
@Suite struct RedisLeavingServerTests {
    @Test func `a check that waits for a server removed from use is answered by PostgreSQL`() async throws {
        let ports = try Endpoint.freePorts(2)
        let database = try SharedDatabase()
        try await database.store().store.close()
        let tokens = try TestStore.tokens(2, on: database.server, database.name)
        let slot = RedisHashSlot(of: Array("authfcgi:\(tokens[0].hash.hex)".utf8)).number
        /// Returns a slot map with all slots at one port. A moved slot is at the other port.
        @Sendable func map(_ port: UInt16) -> String {
            "*1\r\n*3\r\n:0\r\n:16383\r\n*2\r\n$9\r\n127.0.0.1\r\n:\(port)\r\n"
        }
        let keys = tokens.map { "authfcgi:\($0.hash.hex)" }
        let old = try ScriptedRedis(at: .tcp(port: ports[0])) { command in
            if command[0] == "CLUSTER" { return map(ports[0]) }
            if command.last == keys[0] { return "-MOVED \(slot) 127.0.0.1:\(ports[1])\r\n" }
            // No reply for the other session.
            return command.last == keys[1] ? nil : "$-1\r\n"
        }
        let new = try ScriptedRedis(at: .tcp(port: ports[1])) { command in
            if command[0] == "CLUSTER" { return map(ports[1]) }
            return command[0] == "SET" ? "+OK\r\n" : "$-1\r\n"
        }
        // The deadline of the command is longer than the test.
        let pod = try await RedisDrill.pod(
            of: database, "redis+cluster://127.0.0.1:\(ports[0])", deadline: .seconds(60))
        try await eventually("Redis is in use", log: pod.log.text) { await pod.store.usesRedis }
        let answers = Mutex(0)
        await Self.ask(pod, tokens) { answers.withLock { $0 += 1 } }
        try eventually("both are accepted", within: .seconds(5)) { answers.withLock { $0 == 2 } }
        #expect(await pod.store.counts[.lookUps] == 2)
        await pod.store.close()
        withExtendedLifetime((old, new)) {}
    }

    @EventLoop
    private static func ask(
        _ pod: TestStore, _ tokens: [SessionToken], accepted: @escaping @Sendable () -> Void
    ) {
        for token in tokens {
            pod.store.lookUp(token) { if case .success(.some) = $0 { accepted() } }
        }
    }
}
