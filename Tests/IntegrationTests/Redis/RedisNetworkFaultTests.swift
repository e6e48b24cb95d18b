import TestSupport
import Testing

/// Faults of the network to Redis, with the same requirements as for faults of the server.
@Suite(.serialized) struct RedisNetworkFaultTests {
    @Test(arguments: [SocketProxy.Flow.both, .toServer, .toClient])
    func `the network to Redis loses everything`(flow: SocketProxy.Flow) async throws {
        let pods = try await RedisPods()
        try await pods.withstand(for: .seconds(2)) { _ in
            pods.proxy.pause(flow)
        } end: {
            pods.proxy.resume()
        }
    }

    @Test func `connections to Redis are cut again and again`() async throws {
        let pods = try await RedisPods()
        let before = pods.proxy.acceptedCount
        try await pods.withstand(for: .seconds(1), isNoticed: false) { _ in
        } again: {
            pods.proxy.cut()
            try await Task.sleep(for: .milliseconds(30))
        } end: {
        }
        #expect(pods.proxy.acceptedCount > before + 10)
    }

    @Test func `one cut is repaired at once, and not logged`() async throws {
        let pods = try await RedisPods()
        let outcome = try await pods.withstand(for: .milliseconds(100), isNoticed: false) { _ in
            pods.proxy.cut()
        } end: {
        }
        #expect(outcome.backAfter < .milliseconds(500))
        for pod in pods.pods { #expect(!pod.log.text.contains("Failed to connect to Redis")) }
    }

    @Test func `connections to Redis are refused`() async throws {
        let pods = try await RedisPods()
        try await pods.withstand(for: .seconds(1)) { _ in
            pods.proxy.refuse()
            pods.proxy.cut()
        } end: {
            try pods.proxy.accept()
        }
    }

    @Test func `the network to Redis is slower than the deadline`() async throws {
        let pods = try await RedisPods()
        try await pods.withstand(for: .seconds(3)) { _ in
            pods.proxy.delay(.milliseconds(80))
        } end: {
            pods.proxy.delay(.zero)
        }
    }
}
