import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// The end of the lane, and random events.
extension LookUpQueueTests {
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
                    case 1: actions = queue.beginSilence()
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
