import EventLoop
import Testing

@testable import Sessions

// What look-ups rely on of the epochs.
extension ReadDialogueTests {
    @Test mutating func `from the second heartbeat on look-ups rely on what it has read of the epochs`() throws {
        #expect(lookUp(1) == ["look up 1", "sync"])
        _ = received(.sessions([.row(nil)]))
        _ = received(.other(.sync))
        try beat()
        #expect(lookUp(2) == ["look up 2", "sync"])
        _ = received(.sessions([.row(nil)]))
        _ = received(.other(.sync))
        try beat()
        for number in 0..<65 as Range<UInt8> { _ = dialogue.ask(key(number)) }
        let messages = dialogue.turnEnds(at: ReadLaneValues.time(0))
        #expect(messages.dropLast().map { $0.text.suffix(8) } == [" since 5", " since 5"])
    }

    @Test mutating func `without a recent reading, or while users are untidied, look-ups read the epochs`() throws {
        try beat(times: 2)
        #expect(lookUp(1, at: 0.49) == ["look up 1 since 5", "sync"])
        #expect(lookUp(2, at: 0.5) == ["look up 2", "sync"])
        dialogue = ReadDialogue(
            with: ReadLaneValues.server(), deadline: .milliseconds(700), leaseTime: .seconds(1))
        try beat(times: 3)
        #expect(lookUp(1) == ["look up 1 since 5", "sync"])
        _ = received(.sessions([.row(nil)]))
        _ = received(.other(.sync))
        try beat(ReadLaneValues.heartbeat(hasUntidiedUsers: true))
        #expect(lookUp(2) == ["look up 2", "sync"])
        _ = received(.sessions([.row(nil)]))
        _ = received(.other(.sync))
        try beat()
        #expect(lookUp(3) == ["look up 3 since 5", "sync"])
    }

    @Test mutating func `an answer that relies on a reading of a lease ago is not used`() throws {
        dialogue = ReadDialogue(with: ReadLaneValues.server(), deadline: .seconds(9), leaseTime: .seconds(1))
        try beat(times: 2)
        _ = lookUp(1, at: 0.1)
        _ = lookUp(2, at: 0.6)
        guard case .sessions([key(1)], _) = received(.sessions([.row(nil)]), at: 0.99),
            case .nothing = received(.other(.sync), at: 0.99),
            case .sessions([key(2)], _) = received(.sessions([.row(nil)]), at: 1)
        else {
            Issue.record("an answer in time, and one without a reading, are used")
            return
        }
        _ = received(.other(.sync), at: 1)
        try beat(at: 2)
        _ = lookUp(3, at: 2.1)
        guard case .failed([key(3)], nil) = received(.sessions([.row(nil)]), at: 3) else {
            Issue.record("it is to be repeated")
            return
        }
    }

    @Test mutating func `after a revocation look-ups read the epochs, until the second heartbeat that was sent later`()
        throws
    {
        try beat(times: 2)
        // Two are under way, one of them nearly complete.
        for _ in 0..<2 {
            _ = dialogue.askHeartbeat()
            _ = turnEnds()
        }
        _ = received(.heartbeat(.success(try ReadLaneValues.heartbeat())))
        dialogue.hearEnd()
        _ = received(.other(.sync))
        _ = received(.heartbeat(.success(try ReadLaneValues.heartbeat())))
        _ = received(.other(.sync))
        #expect(lookUp(1) == ["look up 1", "sync"])
        _ = received(.sessions([.row(nil)]))
        _ = received(.other(.sync))
        try beat()
        #expect(lookUp(2) == ["look up 2", "sync"])
        _ = received(.sessions([.row(nil)]))
        _ = received(.other(.sync))
        try beat()
        #expect(lookUp(3) == ["look up 3 since 5", "sync"])
    }
}
