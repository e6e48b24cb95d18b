import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// The read lane's decisions on look-ups, without a server, a socket or a clock. Checks are named by letters, hashes by
/// numbers; times are seconds.
@Suite struct LookUpQueueTests {
    private typealias Queue = LookUpQueue<String>

    private static let limits = LookUpLimits(leaseTime: .seconds(1), deadline: .milliseconds(700), lookUps: 5)
    private let gone = PostgreSQLError.connection("gone")
    private let failure = PostgreSQLError.server(SQLState("57014"), "cancelled")
    private var queue = Queue(limits)

    private func time(_ seconds: Double) -> BootInstant { ReadLaneValues.time(seconds) }

    private func texts(_ actions: [Queue.Action]) -> [String] { actions.flatMap(\.texts) }

    private mutating func ask(
        _ number: UInt8, _ asker: String, from address: String? = nil, at seconds: Double = 0
    ) -> [String] {
        let network = address.flatMap { ClientNetwork($0) }
        return queue.ask(ReadLaneValues.hash(number), asker, from: network, at: time(seconds))?.texts ?? []
    }

    private mutating func turnEnds(at seconds: Double = 0) -> [String] {
        let messages = queue.turnEnds(at: time(seconds)).map(\.text)
        return messages.isEmpty ? [] : ["send " + messages.joined(separator: ", ")]
    }

    private mutating func received(_ reply: ReadReply, at seconds: Double = 0) -> [String] {
        texts(queue.received(reply, at: time(seconds)))
    }

    private mutating func found(_ sessions: FoundSession..., at seconds: Double = 0) -> [String] {
        received(.sessions(sessions), at: seconds)
    }

    /// Opens a connection and completes its first heartbeat.
    private mutating func open(isListening: Bool = true, at seconds: Double = 0) throws {
        _ = queue.opened(to: ReadLaneValues.server(isListening: isListening))
        _ = turnEnds(at: seconds)
        try completeHeartbeat(at: seconds)
    }

    @discardableResult
    private mutating func completeHeartbeat(_ heartbeat: Heartbeat? = nil, at seconds: Double = 0) throws -> [String] {
        let heartbeat = try heartbeat ?? ReadLaneValues.heartbeat()
        #expect(received(.heartbeat(.success(heartbeat)), at: seconds) == [])
        return received(.other(.sync), at: seconds)
    }

    private var session: FoundSession { .row(ReadLaneValues.snapshot()) }

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

    // MARK: Failures

    @Test mutating func `the look-ups of a failed statement are retried once, each in a batch of its own`() throws {
        try open()
        _ = ask(1, "a")
        _ = ask(2, "b")
        _ = turnEnds()
        let reason = failure.reason
        #expect(received(.other(.failed(failure))) == ["report failure: \(reason)", "await turn end"])
        #expect(received(.other(.sync)) == [])
        _ = ask(3, "c")
        #expect(turnEnds() == ["send look up 1, sync, look up 2, sync, look up 3, sync"])
        #expect(received(.other(.failed(failure))) == ["report failure: \(reason)", "answer a: \(reason)"])
        #expect(received(.other(.sync)) == [])
        #expect(found(session) == ["learn 2: session", "answer b: session"])
    }

    @Test mutating func `a statement that was not executed is retried without a report`() throws {
        try open()
        _ = ask(1, "a")
        _ = turnEnds()
        #expect(received(.other(.aborted)) == ["await turn end"])
        _ = received(.other(.sync))
        _ = turnEnds()
        #expect(received(.other(.aborted)) == ["answer a: not run"])
    }

    @Test mutating func `a look-up that failed at its deadline is not retried`() throws {
        queue = Queue(LookUpLimits(leaseTime: .seconds(1), deadline: .milliseconds(300), lookUps: 5))
        try open()
        _ = ask(1, "a", at: 0)
        _ = turnEnds(at: 0.2)
        #expect(received(.other(.aborted), at: 0.3) == ["answer a: not run"])
    }

    @Test mutating func `look-ups wait for the next connection after a loss, once`() throws {
        try open()
        _ = ask(1, "a")
        _ = turnEnds()
        _ = ask(2, "b")
        #expect(texts(queue.lost(gone, at: time(0))) == ["disconnect", "report loss: gone", "connect"])
        #expect(queue.server == nil)
        #expect(texts(queue.lost(gone, at: time(0))) == [])
        #expect(ask(3, "c") == [])
        _ = queue.opened(to: ReadLaneValues.server())
        #expect(turnEnds() == ["send heartbeat, sync, look up 1+2+3, sync"])
        #expect(
            texts(queue.lost(gone, at: time(0))) == [
                "disconnect", "report loss: gone", "answer a: gone", "answer b: gone", "connect",
            ])
    }

    @Test mutating func `an error that ends the connection is no answer`() throws {
        let error = PostgreSQLError.server(SQLState("57P01"), "shutting down")
        try open()
        _ = ask(1, "a")
        _ = turnEnds()
        #expect(received(.other(.failed(error))) == ["disconnect", "report loss: \(error.reason)", "connect"])
    }

    @Test mutating func `failed attempts to connect are repeated until the lane ends`() {
        #expect(texts(queue.connect()) == ["connect"])
        _ = queue.close()
        #expect(texts(queue.connect()) == [])
    }

    // MARK: Time

    @Test mutating func `a look-up waits for a connection for 300 ms, or until its deadline`() {
        _ = ask(1, "a", at: 0)
        _ = ask(2, "b", at: 0.1)
        #expect(queue.wakeAt == time(0.3))
        #expect(texts(queue.tick(at: time(0.3))) == ["answer a: PostgreSQL is not reachable"])
        #expect(queue.wakeAt == time(0.4))
        _ = queue.opened(to: ReadLaneValues.server())
        #expect(turnEnds(at: 0.35) == ["send heartbeat, sync, look up 2, sync"])
        _ = queue.lost(gone, at: time(0.6))
        #expect(queue.wakeAt == time(0.8))
        #expect(texts(queue.tick(at: time(0.8))) == ["answer b: PostgreSQL is not reachable"])
        #expect(queue.wakeAt == nil)
    }

    @Test mutating func `a connection is lost if a reply is late, and a late reply does not count`() throws {
        try open()
        _ = ask(1, "a")
        _ = turnEnds()
        #expect(queue.wakeAt == time(0.7))
        #expect(texts(queue.tick(at: time(0.69))) == [])
        let loss = ["disconnect", "report loss: no answer within the deadline", "connect"]
        var other = queue
        #expect(texts(other.tick(at: time(0.7))) == loss)
        #expect(found(session, at: 0.7) == loss)
    }

    @Test mutating func `the answers before a late one do not count either`() throws {
        try open()
        _ = ask(1, "a")
        _ = turnEnds()
        _ = queue.askHeartbeat()
        _ = turnEnds(at: 0.1)
        _ = found(session, at: 0.1)
        // The end of the first batch, after the deadline of the second one.
        #expect(received(.other(.sync), at: 0.8).first == "disconnect")
    }

    // MARK: Standstills of this process

    @Test mutating func `after a standstill look-ups under way are answered by what lies in the socket`() throws {
        try open()
        _ = ask(1, "a", at: 0.1)
        _ = ask(2, "b", at: 0.1)
        _ = turnEnds(at: 0.1)
        queue.stoodStill(until: time(1))
        #expect(queue.wakeAt == time(1.7))
        #expect(texts(queue.tick(at: time(1))) == [])
        #expect(
            found(session, .missing, at: 1) == [
                "learn 1: session", "answer a: session", "expire 2 at 1700 ms", "await turn end",
            ])
        #expect(received(.other(.sync), at: 1) == [])
        #expect(turnEnds(at: 1) == ["send repeat 2, sync"])
        #expect(texts(queue.expire(ReadLaneValues.key(2), at: time(0.8))) == ["expire 2 at 1700 ms"])
        #expect(found(.row(nil), at: 1.1) == ["learn 2: none", "answer b: none"])
    }

    @Test mutating func `after a standstill a row from a lease ago is asked for again`() throws {
        try open()
        _ = ask(1, "a")
        _ = turnEnds()
        queue.stoodStill(until: time(1.5))
        #expect(found(session, at: 1.5) == ["await turn end"])
        #expect(received(.other(.sync), at: 1.5) == [])
        #expect(turnEnds(at: 1.5) == ["send look up 1, sync"])
        #expect(found(.row(nil), at: 1.6) == ["learn 1: none", "answer a: none"])
    }

    @Test mutating func `after a standstill new look-ups are not refused for the age of earlier ones`() throws {
        try open()
        _ = ask(1, "a")
        _ = turnEnds()
        queue.stoodStill(until: time(1.5))
        #expect(ask(1, "b", at: 1.5) == ["await turn end"])
        #expect(turnEnds(at: 1.5) == ["send look up 1, sync"])
        #expect(ask(2, "c", at: 2.1) == ["answer c: overloaded"])
    }

    @Test mutating func `a standstill counts once`() throws {
        try open()
        _ = ask(1, "a")
        _ = turnEnds()
        queue.stoodStill(until: time(0.5))
        queue.stoodStill(until: time(0.5))
        #expect(texts(queue.tick(at: time(1.2))).first == "disconnect")
    }

    @Test mutating func `after a standstill the wait for a connection begins anew`() {
        _ = ask(1, "a")
        queue.stoodStill(until: time(2))
        #expect(queue.wakeAt == time(2.3))
        #expect(texts(queue.tick(at: time(2.3))) == ["answer a: PostgreSQL is not reachable"])
    }

    // MARK: An outage

    @Test mutating func `when it is certain that PostgreSQL does not answer, no look-up waits for a connection`() throws
    {
        #expect(!queue.isAwaited)
        _ = ask(1, "a")
        _ = ask(2, "b")
        #expect(queue.isAwaited)
        let unreachable = "PostgreSQL is not reachable"
        #expect(texts(queue.giveUpWaiting()) == ["answer a: \(unreachable)", "answer b: \(unreachable)"])
        #expect(!queue.isAwaited && queue.wakeAt == nil)
        try open()
        _ = ask(3, "c")
        #expect(texts(queue.giveUpWaiting()) == [])
    }

    @Test mutating func `look-ups may wait longer for a connection`() {
        queue = Queue(
            LookUpLimits(
                leaseTime: .seconds(1), deadline: .milliseconds(700), lookUps: 5, connectionWait: .milliseconds(700)))
        _ = ask(1, "a")
        #expect(queue.wakeAt == time(0.7))
    }

    // MARK: Heartbeats

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

    // MARK: End

    @Test mutating func `a closed lane answers all look-ups, and accepts none`() throws {
        try open()
        _ = ask(1, "a")
        _ = turnEnds()
        _ = ask(1, "b")
        _ = ask(2, "c")
        #expect(texts(queue.close()) == ["disconnect", "answer a+b+c: the store was closed"])
        #expect(queue.isClosed && queue.server == nil && queue.wakeAt == nil)
        #expect(ask(3, "d") == ["answer d: the store was closed"])
        #expect(texts(queue.opened(to: ReadLaneValues.server())) == [])
        #expect(texts(queue.lost(gone, at: time(0))) == [])
        #expect(texts(queue.tick(at: time(9))) == [])
        #expect(turnEnds() == [])
    }

    @Test mutating func `whatever happens in whatever order, each check is answered once`() throws {
        var random = SeededGenerator(seed: 11)
        let heartbeat = try ReadLaneValues.heartbeat()
        for _ in 0..<200 {
            queue = Queue(Self.limits)
            var (asked, answered, seconds) = (0, [String](), 0.0)
            var expiries: [LookUpKey] = []
            for _ in 0..<200 {
                seconds += Double.random(in: 0...0.1, using: &random)
                let now = time(seconds)
                let actions: [Queue.Action]
                switch Int.random(in: 0..<16, using: &random) {
                case 0...3:
                    asked += 1
                    let hash = ReadLaneValues.hash(.random(in: 0..<6, using: &random))
                    actions = queue.ask(hash, String(asked), at: now).map { [$0] } ?? []
                case 4: actions = queue.opened(to: ReadLaneValues.server())
                case 5...7:
                    _ = queue.turnEnds(at: now)
                    actions = []
                case 8...11: actions = queue.received(reply(heartbeat, using: &random), at: now)
                case 12: actions = queue.askHeartbeat()
                case 13: actions = queue.tick(at: now)
                case 14: actions = expiries.popLast().map { queue.expire($0, at: now) } ?? []
                default:
                    queue.hear(.everything)
                    switch Int.random(in: 0..<4, using: &random) {
                    case 0: actions = []
                    case 1: actions = queue.giveUpWaiting()
                    case 2:
                        queue.stoodStill(until: now)
                        actions = []
                    default: actions = queue.lost(gone, at: now)
                    }
                }
                for action in actions {
                    if case .answer(let askers, _) = action { answered += askers }
                    if case .found(_, _, let askers) = action { answered += askers }
                    if case .expire(let key, _) = action { expiries.append(key) }
                }
            }
            for case .answer(let askers, _) in queue.close() { answered += askers }
            #expect(answered.count == asked && Set(answered).count == asked)
        }
    }

    /// Returns a reply to the oldest question, or another one.
    private func reply(_ heartbeat: Heartbeat, using random: inout SeededGenerator) -> ReadReply {
        let others: [PostgreSQLResult.Status] = [.aborted, .failed(failure), .failed(gone)]
        if Int.random(in: 0..<4, using: &random) == 0 { return .other(others[.random(in: 0..<3, using: &random)]) }
        let sessions: [FoundSession] = [session, .row(nil), .missing, .unreadable("odd")]
        switch queue.nextQuestion {
        case .lookUps(let keys, _, _): return .sessions(keys.map { _ in sessions[.random(in: 0..<4, using: &random)] })
        case .missing: return .sessions([sessions[.random(in: 0..<4, using: &random)]])
        case .heartbeat: return .heartbeat(.success(heartbeat))
        case .sync, nil: return .other(.sync)
        }
    }
}
