import EventLoop
import Testing

@testable import Sessions

/// The order of messages and replies on one connection. Look-ups are named by numbers; times are seconds.
@Suite struct ReadDialogueTests {
    private let failure = PostgreSQLError.server(SQLState("57014"), "cancelled")
    var dialogue = ReadDialogue(
        with: ReadLaneValues.server(), deadline: .milliseconds(700), leaseTime: .seconds(1))

    func key(_ number: UInt8) -> LookUpKey { ReadLaneValues.key(number) }

    mutating func turnEnds(at seconds: Double = 0) -> [String] {
        dialogue.turnEnds(at: ReadLaneValues.time(seconds)).map(\.text)
    }

    mutating func received(_ reply: ReadReply, at seconds: Double = 0) -> ReadDialogue.Outcome {
        dialogue.received(reply, at: ReadLaneValues.time(seconds))
    }

    /// Sends and completes heartbeats.
    mutating func beat(times count: Int = 1, _ heartbeat: Heartbeat? = nil, at seconds: Double = 0) throws {
        for _ in 0..<count {
            _ = dialogue.askHeartbeat()
            _ = turnEnds(at: seconds)
            _ = received(.heartbeat(.success(try heartbeat ?? ReadLaneValues.heartbeat())), at: seconds)
            _ = received(.other(.sync), at: seconds)
        }
    }

    /// The messages of a turn with one look-up.
    mutating func lookUp(_ number: UInt8, at seconds: Double = 0) -> [String] {
        _ = dialogue.ask(key(number))
        return turnEnds(at: seconds)
    }

    /// The reason for which an outcome ends the connection.
    private func loss(_ outcome: ReadDialogue.Outcome) -> String? {
        if case .lost(let error, _) = outcome { error.reason } else { nil }
    }

    @Test mutating func `only the first message of a turn asks for the turn's end`() {
        let first = dialogue.ask(key(1))
        let others = [
            dialogue.ask(key(2)), dialogue.askMissing(key(3)), dialogue.retry(key(4)), dialogue.askHeartbeat(),
        ]
        #expect(first && others == [false, false, false, false])
        _ = turnEnds()
        let next = dialogue.retry(key(5))
        #expect(next)
    }

    @Test mutating func `the heartbeat is first and alone, then retries, each alone, then all others together`() {
        _ = dialogue.ask(key(1))
        _ = dialogue.askMissing(key(2))
        _ = dialogue.retry(key(3))
        _ = dialogue.retry(key(4))
        _ = dialogue.askHeartbeat()
        #expect(
            turnEnds() == [
                "heartbeat", "sync", "look up 3", "sync", "look up 4", "sync", "repeat 2", "look up 1", "sync",
            ])
    }

    @Test mutating func `many look-ups go in statements of 64, in one batch`() {
        for number in 0..<130 as Range<UInt8> { _ = dialogue.ask(key(number)) }
        let messages = dialogue.turnEnds(at: ReadLaneValues.time(0))
        #expect(messages.map(\.keys.count) == [64, 64, 2, 0])
        #expect(messages.last == .sync)
        #expect(messages.flatMap(\.keys) == (0..<130).map { key($0) })
    }

    @Test mutating func `at most four heartbeats are pending`() {
        for _ in 0..<4 {
            let isFirst = dialogue.askHeartbeat()
            #expect(isFirst)
            #expect(turnEnds() == ["heartbeat", "sync"])
        }
        let isFirst = dialogue.askHeartbeat()
        #expect(!isFirst)
        #expect(turnEnds() == [])
    }

    @Test mutating func `the deadline is that of the oldest question, whatever it is`() throws {
        #expect(dialogue.nextDeadline == nil)
        _ = dialogue.askHeartbeat()
        _ = turnEnds(at: -0.2)
        _ = dialogue.ask(key(1))
        _ = turnEnds(at: -0.1)
        #expect(dialogue.nextDeadline == ReadLaneValues.time(0.5))
        #expect(dialogue.oldestLookUps == ReadLaneValues.time(-0.1))
        _ = received(.heartbeat(.success(try ReadLaneValues.heartbeat())))
        #expect(dialogue.nextDeadline == ReadLaneValues.time(0.6))
        _ = received(.other(.sync))
        _ = received(.sessions([.row(nil)]))
        #expect(dialogue.nextDeadline == nil && dialogue.oldestLookUps == nil)
    }

    @Test mutating func `after a standstill of this process the deadline begins anew, and a reply in time counts`() {
        _ = dialogue.ask(key(1))
        _ = turnEnds(at: -2)
        dialogue.stoodStill(until: ReadLaneValues.time(-0.1))
        #expect(dialogue.nextDeadline == ReadLaneValues.time(0.6))
        #expect(dialogue.oldestLookUps == ReadLaneValues.time(-0.1))
        _ = dialogue.ask(key(2))
        _ = turnEnds(at: 0)
        guard case .sessions([key(1)], _) = received(.sessions([.row(nil)])) else {
            Issue.record("the reply counts")
            return
        }
        _ = received(.other(.sync))
        #expect(dialogue.nextDeadline == ReadLaneValues.time(0.7))
    }

    @Test mutating func `a standstill does not make a heartbeat younger`() throws {
        _ = dialogue.askHeartbeat()
        _ = turnEnds(at: -2)
        dialogue.stoodStill(until: ReadLaneValues.time(0))
        _ = received(.heartbeat(.success(try ReadLaneValues.heartbeat())))
        guard case .confirmed(let heartbeat, true, _) = received(.other(.sync)) else {
            Issue.record("the heartbeat is confirmed")
            return
        }
        #expect(heartbeat.sentAt == ReadLaneValues.time(-2))
    }

    @Test mutating func `a reply that does not match ends the connection, and its question stays pending`() throws {
        #expect(loss(received(.other(.sync))) == "an answer to nothing that was asked")
        _ = dialogue.ask(key(1))
        _ = turnEnds()
        for status in [.sync, .done, .rows] as [PostgreSQLResult.Status] {
            #expect(loss(received(.other(status))) == "the server's answers are out of step (\(status))")
        }
        let heartbeat = try ReadLaneValues.heartbeat()
        #expect(loss(received(.heartbeat(.success(heartbeat)))) == "the answer belongs to another question")
        #expect(dialogue.lookUps == [key(1)])
        _ = received(.sessions([.row(nil)]))
        #expect(loss(received(.other(.failed(failure)))) != nil)
        #expect(loss(received(.sessions([.row(nil)]))) != nil)
    }

    @Test mutating func `all look-ups without a reply are known, in the order of their sending`() {
        _ = dialogue.ask(key(1))
        _ = dialogue.ask(key(2))
        _ = turnEnds()
        _ = dialogue.askMissing(key(3))
        _ = turnEnds()
        _ = dialogue.ask(key(4))
        _ = dialogue.retry(key(5))
        _ = dialogue.askMissing(key(6))
        #expect(dialogue.lookUps == [1, 2, 3, 5, 6, 4].map { key($0) })
    }

    @Test mutating func `a failed statement of an open connection leaves the dialogue in order`() {
        _ = dialogue.ask(key(1))
        _ = dialogue.askMissing(key(2))
        _ = turnEnds()
        guard case .failed([key(2)], failure) = received(.other(.failed(failure))),
            case .failed([key(1)], nil) = received(.other(.aborted)), case .nothing = received(.other(.sync))
        else {
            Issue.record("the replies match the questions")
            return
        }
        #expect(dialogue.nextDeadline == nil)
    }

    @Test mutating func `a heartbeat that was not executed is not confirmed`() {
        _ = dialogue.askHeartbeat()
        _ = turnEnds()
        guard case .failed([], nil) = received(.other(.aborted)), case .nothing = received(.other(.sync)) else {
            Issue.record("the heartbeat is over")
            return
        }
    }
}
