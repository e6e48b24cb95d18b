import Testing

@testable import Sessions

/// The comparison of a heartbeat with the server that the connection was opened to.
@Suite struct ConnectedServerTests {
    private func objection(isListening: Bool, _ heartbeat: Heartbeat) -> String? {
        ReadLaneValues.server(isListening: isListening).objection(to: heartbeat)?.reason
    }

    @Test func `the same backend, which listens, is accepted`() throws {
        #expect(objection(isListening: true, try ReadLaneValues.heartbeat()) == nil)
    }

    @Test func `a connection that listens must reach the same backend, and that must listen`() throws {
        let other = try #require(objection(isListening: true, ReadLaneValues.heartbeat(backend: 8)))
        #expect(other.contains("pooler"))
        #expect(try objection(isListening: true, ReadLaneValues.heartbeat(isListening: false)) == other)
    }

    @Test func `a connection through a pooler may reach any backend of the same server`() throws {
        #expect(try objection(isListening: false, ReadLaneValues.heartbeat(backend: 8, isListening: false)) == nil)
        let other = try ReadLaneValues.heartbeat(origin: ReadLaneValues.otherOrigin)
        #expect(objection(isListening: false, other)?.contains("another server") == true)
        #expect(objection(isListening: true, other)?.contains("another server") == true)
    }
}
