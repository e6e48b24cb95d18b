import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// The read lane's decisions on look-ups, without a server, a socket or a clock. Checks are named by letters, hashes by
/// numbers; times are seconds.
@Suite struct LookUpQueueTests {
    typealias Queue = LookUpQueue<String>

    static let limits = LookUpLimits(leaseTime: .seconds(1), deadline: .milliseconds(700), lookUps: 5)
    let gone = PostgreSQLError.connection("gone")
    let failure = PostgreSQLError.server(SQLState("57014"), "cancelled")
    var queue = Queue(limits)

    func time(_ seconds: Double) -> BootInstant { ReadLaneValues.time(seconds) }

    func texts(_ actions: [Queue.Action]) -> [String] { actions.flatMap(\.texts) }

    mutating func ask(
        _ number: UInt8, _ asker: String, from address: String? = nil, at seconds: Double = 0
    ) -> [String] {
        let network = address.flatMap { ClientNetwork($0) }
        return queue.ask(ReadLaneValues.hash(number), asker, from: network, at: time(seconds))?.texts ?? []
    }

    mutating func turnEnds(at seconds: Double = 0) -> [String] {
        let messages = queue.turnEnds(at: time(seconds)).map(\.text)
        return messages.isEmpty ? [] : ["send " + messages.joined(separator: ", ")]
    }

    mutating func received(_ reply: ReadReply, at seconds: Double = 0) -> [String] {
        texts(queue.received(reply, at: time(seconds)))
    }

    mutating func found(_ sessions: FoundSession..., at seconds: Double = 0) -> [String] {
        received(.sessions(sessions), at: seconds)
    }

    /// Opens a connection and completes its first heartbeat.
    mutating func open(isListening: Bool = true, at seconds: Double = 0) throws {
        _ = queue.opened(to: ReadLaneValues.server(isListening: isListening))
        _ = turnEnds(at: seconds)
        try completeHeartbeat(at: seconds)
    }

    @discardableResult
    mutating func completeHeartbeat(_ heartbeat: Heartbeat? = nil, at seconds: Double = 0) throws -> [String] {
        let heartbeat = try heartbeat ?? ReadLaneValues.heartbeat()
        #expect(received(.heartbeat(.success(heartbeat)), at: seconds) == [])
        return received(.other(.sync), at: seconds)
    }

    var session: FoundSession { .row(ReadLaneValues.snapshot()) }

    // MARK: Look-ups

    @Test mutating func `look-ups wait for the connection, and are sent at the end of its first turn`() {
        #expect(texts(queue.connect()) == ["connect"])
        #expect(ask(1, "a") == [])
        #expect(ask(2, "b") == [])
        #expect(texts(queue.opened(to: ReadLaneValues.server())) == ["await turn end"])
        #expect(ask(3, "c") == [])
        #expect(turnEnds() == ["send heartbeat, sync, look up 1+2+3, sync"])
        #expect(turnEnds() == [])
    }

    @Test mutating func `each turn has its own statement, which does not wait for earlier ones`() throws {
        try open()
        #expect(ask(1, "a") == ["await turn end"])
        #expect(ask(2, "b") == [])
        #expect(turnEnds() == ["send look up 1+2, sync"])
        #expect(ask(3, "c") == ["await turn end"])
        #expect(turnEnds() == ["send look up 3, sync"])
    }

    @Test mutating func `PostgreSQL's answer is stored before the checks get it`() throws {
        try open()
        _ = ask(1, "a")
        _ = ask(2, "b")
        _ = ask(1, "c")
        _ = turnEnds()
        #expect(
            found(session, .row(nil)) == ["learn 1: session", "answer a+c: session", "learn 2: none", "answer b: none"])
        #expect(received(.other(.sync)) == [])
    }

    @Test mutating func `checks that joined a look-up under way ask again if there was no session`() throws {
        try open()
        _ = ask(1, "a")
        _ = turnEnds()
        #expect(ask(1, "late") == [])
        #expect(ask(1, "later") == [])
        #expect(found(.row(nil)) == ["learn 1: none", "answer a: none", "await turn end"])
        #expect(received(.other(.sync)) == [])
        #expect(turnEnds() == ["send look up 1, sync"])
        #expect(found(.row(nil)) == ["learn 1: none", "answer late+later: none"])
    }

    @Test mutating func `a check does not join a look-up that was sent a lease ago`() {
        queue = Queue(LookUpLimits(leaseTime: .seconds(1), deadline: .seconds(5), lookUps: 5))
        _ = queue.opened(to: ReadLaneValues.server())
        _ = ask(1, "a")
        _ = turnEnds()
        #expect(ask(1, "b", at: 0.4) == [])
        // Too many wait by now.
        #expect(ask(1, "c", at: 1) == ["answer c: too many look-ups are waiting"])
    }

    @Test(arguments: [
        Revocation.ended([ReadLaneValues.hash(1)]), .changed([ReadLaneValues.hash(1)]), .user(UserKey("ann")),
        .everything,
    ])
    mutating func `a check that begins after a revocation does not join an earlier look-up`(
        _ revocation: Revocation
    ) throws {
        try open()
        _ = ask(1, "a")
        _ = turnEnds()
        queue.hear(revocation)
        #expect(ask(1, "b") == ["await turn end"])
        #expect(turnEnds() == ["send look up 1, sync"])
        #expect(found(session) == ["learn 1: session", "answer a: session"])
        #expect(ask(1, "c") == [])
        _ = received(.other(.sync))
        #expect(found(session) == ["learn 1: session", "answer b+c: session"])
    }

    @Test(arguments: [Revocation.changed([ReadLaneValues.hash(1)]), .user(UserKey("ann")), .everything])
    mutating func `look-ups read the epochs after a revocation that rows may not show`(
        _ revocation: Revocation
    ) throws {
        try open()
        _ = queue.askHeartbeat()
        _ = turnEnds()
        try completeHeartbeat()
        queue.hear(.ended([ReadLaneValues.hash(1)]))
        queue.hear(revocation, isInRows: true)
        _ = ask(1, "a")
        #expect(turnEnds() == ["send look up 1 since 5, sync"])
        queue.hear(revocation)
        _ = ask(2, "b")
        #expect(turnEnds() == ["send look up 2, sync"])
    }

    @Test mutating func `an answer that relies on a reading of a lease ago is asked for again`() throws {
        queue = Queue(LookUpLimits(leaseTime: .seconds(1), deadline: .seconds(5), lookUps: 5))
        try open()
        _ = queue.askHeartbeat()
        _ = turnEnds()
        try completeHeartbeat()
        _ = ask(1, "a", at: 0.4)
        #expect(turnEnds(at: 0.4) == ["send look up 1 since 5, sync"])
        #expect(found(session, at: 1) == ["await turn end"])
        #expect(received(.other(.sync), at: 1) == [])
        #expect(turnEnds(at: 1) == ["send look up 1, sync"])
        #expect(found(session, at: 3) == ["learn 1: session", "answer a: session"])
    }

    @Test mutating func `look-ups beyond the limit are refused, joined ones are not`() throws {
        try open()
        for number in 1...5 as ClosedRange<UInt8> { _ = ask(number, "a") }
        #expect(ask(6, "b") == ["answer b: too many look-ups are waiting"])
        #expect(ask(5, "c") == [])
    }

    @Test mutating func `a network may have half of the look-ups, and its own again when they are answered`() throws {
        try open()
        for number in 1...3 as ClosedRange<UInt8> { _ = ask(number, "a", from: "192.0.2.1") }
        #expect(ask(4, "b", from: "192.0.2.1") == ["answer b: too many look-ups are waiting"])
        #expect(ask(3, "c", from: "192.0.2.1") == [], "joined")
        #expect(ask(4, "d", from: "192.0.2.2") == [])
        _ = turnEnds()
        _ = found(session, session, session, session)
        _ = received(.other(.sync))
        #expect(ask(5, "e", from: "192.0.2.1") == ["await turn end"])
    }

    @Test mutating func `look-ups are refused while the oldest one is pending for half of the lease`() throws {
        try open()
        _ = ask(1, "a")
        _ = turnEnds()
        #expect(ask(2, "b", at: 0.5) == ["await turn end"])
        #expect(ask(3, "c", at: 0.51) == ["answer c: too many look-ups are waiting"])
    }

    @Test mutating func `a row that cannot be read is an error of its look-up alone`() throws {
        try open()
        _ = ask(1, "a")
        _ = ask(2, "b")
        _ = turnEnds()
        #expect(
            found(.unreadable("odd"), session) == [
                "report row: odd", "answer a: odd", "learn 2: session", "answer b: session",
            ])
    }

    // MARK: Missing rows

    @Test mutating func `a look-up without a row is repeated, and only the repetition is an answer`() throws {
        try open()
        _ = ask(1, "a", at: 0.1)
        _ = turnEnds(at: 0.1)
        #expect(found(.missing, at: 0.2) == ["expire 1 at 800 ms", "await turn end"])
        #expect(received(.other(.sync), at: 0.2) == [])
        #expect(turnEnds(at: 0.2) == ["send repeat 1, sync"])
        #expect(found(.row(nil), at: 0.3) == ["learn 1: none", "answer a: none"])
        #expect(texts(queue.expire(ReadLaneValues.key(1), at: time(0.8))) == [])
    }

    @Test mutating func `the repetition may take longer than the check, which fails at its deadline`() throws {
        try open()
        _ = ask(1, "a")
        _ = turnEnds()
        _ = found(.missing, at: 0.6)
        _ = received(.other(.sync), at: 0.6)
        _ = turnEnds(at: 0.6)
        let answer = "answer a: no answer within the deadline"
        #expect(texts(queue.expire(ReadLaneValues.key(1), at: time(0.7))) == [answer])
        #expect(queue.wakeAt == time(1.3))
        #expect(found(session, at: 1) == ["learn 1: session"])
    }

    @Test mutating func `a repetition without a row ends the connection`() throws {
        try open()
        _ = ask(1, "a")
        _ = turnEnds()
        _ = found(.missing)
        _ = received(.other(.sync))
        _ = turnEnds()
        #expect(
            found(.missing) == [
                "disconnect", "report loss: the answer belongs to another question", "connect",
            ])
    }
}
