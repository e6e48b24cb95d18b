import Testing

@testable import Sessions

/// What the log says about a change of the server.
@Suite struct ServerChangeTests {
    private func server(startedAt start: Int64, _ identifier: String? = "7", timeline: String = "1")
        -> ServerChange.Server
    {
        ServerChange.Server(
            origin: ServerIncarnation(startedAt: DatabaseInstant(microseconds: start)),
            cluster: identifier.map { DatabaseCluster(systemIdentifier: $0, timeline: timeline) })
    }

    @Test func `a server with the same data that was started later was restarted`() {
        let sentence = ServerChange.incarnation.sentence(from: server(startedAt: 1), to: server(startedAt: 2))
        #expect(sentence == "PostgreSQL was restarted")
    }

    @Test func `one that was started earlier, or has another timeline, is another server`() {
        let (former, expected) = (
            server(startedAt: 5), "PostgreSQL is another server with the same data, by a failover or as a copy"
        )
        for present in [server(startedAt: 4), server(startedAt: 6, timeline: "2")] {
            #expect(ServerChange.incarnation.sentence(from: former, to: present) == expected)
        }
    }

    @Test func `other data are named`() {
        #expect(
            ServerChange.incarnation.sentence(from: server(startedAt: 1), to: server(startedAt: 2, "8"))
                == "PostgreSQL is another server, with other data: its system identifier is 8, and was 7")
    }

    @Test func `without the identifier both are possible`() {
        let expected = "PostgreSQL was restarted, or is another server"
        let (known, unknown) = (server(startedAt: 1), server(startedAt: 2, nil))
        for (former, present) in [(known, unknown), (unknown, known), (nil, known)] {
            #expect(ServerChange.incarnation.sentence(from: former, to: present) == expected)
        }
    }

    @Test func `a clock that was set back is no other server`() {
        let same = server(startedAt: 1)
        #expect(ServerChange.clockSetBack.sentence(from: same, to: same) == "PostgreSQL's clock was set back")
    }
}
