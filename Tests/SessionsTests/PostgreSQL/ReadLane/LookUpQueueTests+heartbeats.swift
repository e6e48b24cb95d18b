import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// Heartbeats.
extension LookUpQueueTests {
    @Test mutating func `a heartbeat counts at the end of its batch, from its sending`() throws {
        _ = queue.opened(to: ReadLaneValues.server())
        _ = turnEnds(at: 1)
        #expect(received(.heartbeat(.success(try ReadLaneValues.heartbeat())), at: 1.2) == [])
        #expect(queue.known.keys == nil && !queue.knowsAllKeys(at: time(1.2)))
        #expect(received(.other(.sync), at: 1.3) == ["confirm, first", "announce heartbeat"])
        #expect(queue.known.sentAt == time(1))
        #expect(queue.known.keys?.minting.generation == 1)
    }

    @Test mutating func `only the first heartbeat of each connection is the first one`() throws {
        try open()
        #expect(texts(queue.askHeartbeat()) == ["await turn end"])
        #expect(texts(queue.askHeartbeat()) == [])
        #expect(turnEnds() == ["send heartbeat, sync"])
        #expect(try completeHeartbeat() == ["confirm", "announce heartbeat"])
        _ = queue.lost(gone, at: time(0))
        #expect(texts(queue.askHeartbeat()) == [])
        _ = queue.opened(to: ReadLaneValues.server(isListening: false))
        _ = turnEnds()
        #expect(try completeHeartbeat() == ["confirm, first, not listening", "announce heartbeat"])
    }

    @Test mutating func `a heartbeat that has arrived does not count after a loss`() throws {
        try open()
        _ = queue.askHeartbeat()
        _ = turnEnds(at: 1)
        _ = received(.heartbeat(.success(try ReadLaneValues.heartbeat())), at: 1)
        _ = queue.lost(gone, at: time(1))
        _ = queue.opened(to: ReadLaneValues.server())
        _ = turnEnds(at: 2)
        #expect(received(.other(.sync), at: 2).first == "disconnect")
        #expect(queue.known.sentAt == time(0))
    }

    @Test mutating func `another server, another backend and an unreadable heartbeat end the lease`() throws {
        let strange: [Result<Heartbeat, PostgreSQLError>] = [
            .success(try ReadLaneValues.heartbeat(origin: ReadLaneValues.otherOrigin)),
            .success(try ReadLaneValues.heartbeat(backend: 8)),
            .success(try ReadLaneValues.heartbeat(isListening: false)), .failure(gone),
        ]
        for heartbeat in strange {
            try open()
            _ = queue.askHeartbeat()
            _ = turnEnds()
            #expect(received(.heartbeat(heartbeat)).prefix(2) == ["end lease", "disconnect"])
        }
    }

    @Test mutating func `a heartbeat that fails only does not renew the lease`() throws {
        try open()
        _ = queue.askHeartbeat()
        _ = turnEnds()
        #expect(
            received(.other(.failed(failure))) == ["disconnect", "report loss: \(failure.reason)", "connect"])
    }

    @Test mutating func `the removal of a known key revokes everything`() throws {
        try open()
        _ = ask(1, "a")
        _ = queue.askHeartbeat()
        _ = turnEnds()
        #expect(try completeHeartbeat(ReadLaneValues.heartbeat(keys: [2, 1])) == ["confirm", "announce heartbeat"])
        _ = queue.askHeartbeat()
        #expect(ask(1, "b") == [])
        _ = found(session)
        _ = received(.other(.sync))
        _ = ask(1, "c")
        _ = turnEnds()
        #expect(
            try completeHeartbeat(ReadLaneValues.heartbeat(keys: [2])) == [
                "confirm", "revoke everything", "announce heartbeat",
            ])
        #expect(ask(1, "d") == ["await turn end"])
    }

    @Test mutating func `another number of revocations without a notification revokes everything`() throws {
        try open()
        // As many as when the connection began to listen.
        _ = queue.askHeartbeat()
        _ = turnEnds()
        #expect(try completeHeartbeat() == ["confirm", "announce heartbeat"])
        _ = ask(1, "a")
        _ = turnEnds()
        _ = queue.askHeartbeat()
        _ = turnEnds()
        _ = found(session)
        _ = received(.other(.sync))
        let revoked = ["confirm", "revoke everything", "announce heartbeat"]
        #expect(try completeHeartbeat(ReadLaneValues.heartbeat(unannounced: 5)) == revoked)
        _ = queue.askHeartbeat()
        _ = turnEnds()
        #expect(try completeHeartbeat(ReadLaneValues.heartbeat(unannounced: 5)) == ["confirm", "announce heartbeat"])
        // A count that falls, as after TRUNCATE, is another count.
        _ = queue.askHeartbeat()
        _ = turnEnds()
        #expect(try completeHeartbeat(ReadLaneValues.heartbeat(unannounced: 0)) == revoked)
    }

    @Test mutating func `a revocation without a notification counts from the start of listening`() throws {
        _ = queue.opened(to: ReadLaneValues.server())
        _ = turnEnds()
        #expect(
            try completeHeartbeat(ReadLaneValues.heartbeat(unannounced: 5)) == [
                "confirm, first", "revoke everything", "announce heartbeat",
            ])
        _ = queue.lost(gone, at: time(0))
        // Without listening nothing is kept.
        _ = queue.opened(to: ReadLaneValues.server(isListening: false))
        _ = turnEnds()
        #expect(
            try completeHeartbeat(ReadLaneValues.heartbeat(unannounced: 9)) == [
                "confirm, first, not listening", "announce heartbeat",
            ])
    }

    @Test mutating func `the keys are all keys for five seconds, while there is a connection`() throws {
        try open()
        #expect(queue.knowsAllKeys(at: time(4.9)))
        #expect(!queue.knowsAllKeys(at: time(5)))
        _ = queue.lost(gone, at: time(1))
        #expect(!queue.knowsAllKeys(at: time(1)))
        #expect(queue.known.keys != nil && queue.known.sentAt == time(0))
    }
}
