import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// The decisions on attempts to connect, without a server, a thread or a clock. Times are milliseconds.
@Suite struct ConnectionAttemptsTests {
    var attempts = ConnectionAttempts(answerPatience: .milliseconds(700))

    func time(_ milliseconds: Int64) -> BootInstant { BootInstant(nanoseconds: milliseconds * 1_000_000) }

    func milliseconds(_ time: BootInstant?) -> Int64? { time.map { $0.nanoseconds / 1_000_000 } }

    /// The time of the next event.
    var wakeAt: Int64? { milliseconds(attempts.wakeAt) }

    mutating func want(isAwaited: Bool = false, at now: Int64) -> [String] {
        texts(attempts.want(isAwaited: isAwaited, at: time(now)))
    }

    mutating func tick(
        at now: Int64, heardAt: Int64? = nil, askedAt: Int64 = 0, isUnsent: Bool = false
    ) -> [String] {
        let sent = heardAt.map { ConnectionAttempt.Progress.heard(time($0)) } ?? .asked(time(askedAt))
        let progress = isUnsent ? .unsent : sent
        return texts(attempts.tick(at: time(now)) { _ in progress })
    }

    /// An attempt fails; delays are the shortest possible.
    mutating func failed(_ number: Int, at now: Int64, isFinal: Bool = false) -> [String] {
        let (actions, isOver) = attempts.failed(number, at: time(now), isFinal: isFinal, random: 0)
        return texts(actions) + (isOver ? ["over"] : [])
    }

    func texts(_ actions: [ConnectionAttempts.Action]) -> [String] {
        actions.map { action in
            switch action {
            case .begin(let number, 0): "begin \(number)"
            case .begin(let number, let rotation): "begin \(number) at server \(rotation)"
            case .abandon(let number): "abandon \(number)"
            case .reportSilence(let begunAt): "silence since \(milliseconds(begunAt) ?? 0)"
            case .reportUnsent: "unsent"
            case .reportAnswer: "answer"
            }
        }
    }

    // MARK: Servers that refuse

    @Test mutating func `an attempt that succeeds is the only one`() {
        #expect(want(at: 0) == ["begin 1"])
        #expect(want(at: 0) == [])
        #expect(wakeAt == 250)
        #expect(attempts.isUnderWay(1))
        let actions = attempts.succeeded(1)
        #expect(actions == [] && wakeAt == nil && attempts.state == .idle)
    }

    @Test mutating func `the delay after failures doubles up to a maximum`() {
        var delays: [Int64] = []
        var now: Int64 = 0
        for number in 1...10 {
            let begun = number == 1 ? want(at: now) : tick(at: now)
            #expect(begun == ["begin \(number)"])
            #expect(failed(number, at: now) == ["over"])
            #expect(want(at: now) == [])
            delays.append((wakeAt ?? now) - now)
            now = wakeAt ?? now
        }
        #expect(delays == [10, 20, 40, 80, 160, 320, 640, 1000, 1000, 1000])
    }

    @Test mutating func `somebody who waits shortens the delay`() {
        for number in 1...9 {
            #expect((number == 1 ? want(at: 0) : tick(at: 10_000)) == ["begin \(number)"])
            _ = failed(number, at: 0)
            if number < 9 { _ = want(at: 0) }
        }
        #expect(want(isAwaited: true, at: 10) == [])
        #expect(wakeAt == 200)
        #expect(tick(at: 200) == ["begin 10"])
        _ = failed(10, at: 200)
        _ = want(at: 200)
        #expect(wakeAt == 1200)
        let hurried = texts(attempts.hurry(at: time(300)))
        #expect(hurried == [] && wakeAt == 400)
        // A check that arrives when the short delay is over need not wait at all.
        _ = attempts.cancel()
        _ = want(at: 300)
        let late = texts(attempts.hurry(at: time(1000)))
        #expect(late == ["begin 11"])
    }

    @Test mutating func `after a connection that works, the delay begins anew`() {
        for number in 1...8 {
            _ = number == 1 ? want(at: 0) : tick(at: 10_000)
            _ = failed(number, at: 0)
            _ = want(at: 0)
        }
        _ = tick(at: 10_000)
        _ = attempts.succeeded(9)
        attempts.lost(at: time(10_000), random: 0)
        _ = want(at: 10_000)
        #expect(wakeAt == 11_000, "a connection that opens may still be unusable")
        _ = tick(at: 11_000)
        _ = attempts.succeeded(10)
        attempts.healthy()
        attempts.lost(at: time(20_000), random: 0)
        #expect(want(at: 20_000) == [])
        #expect(wakeAt == 20_010)
    }

    @Test mutating func `an error that all attempts would have ends them`() {
        _ = want(at: 0)
        _ = tick(at: 250)
        #expect(failed(2, at: 260, isFinal: true) == ["abandon 1", "over"])
        #expect(failed(1, at: 300) == [])
        #expect(attempts.state == .idle)
    }

    // MARK: Servers that answer slowly

    @Test mutating func `a server that has answered has more time to complete the connection`() {
        _ = want(at: 0)
        #expect(tick(at: 250, heardAt: 200) == ["answer"])
        #expect(wakeAt == 900)
        #expect(tick(at: 900, heardAt: 600) == ["answer"])
        #expect(tick(at: 1300, heardAt: 600) == ["begin 2 at server 1"])
    }

    // MARK: The end of the lease

    @Test mutating func `an attempt from before the lease's end is joined by another one at once`() {
        _ = want(at: 0)
        let joined = texts(attempts.renew(since: time(100), at: time(100)))
        #expect(joined == ["begin 2 at server 1"])
        #expect(wakeAt == 350)
        let again = texts(attempts.renew(since: time(100), at: time(110)))
        #expect(again == [])
        #expect(tick(at: 350) == ["silence since 100", "abandon 2", "begin 3 at server 2"])
        #expect(wakeAt == 600)
        #expect(tick(at: 600) == ["silence since 350", "abandon 3", "begin 4 at server 3"])
        #expect(wakeAt == 1000)
    }

    @Test mutating func `the delay after failures begins anew with the lease's end`() {
        for number in 1...9 {
            _ = number == 1 ? want(at: 0) : tick(at: 5000)
            _ = failed(number, at: number == 9 ? 5000 : 0)
            _ = want(at: 0)
        }
        #expect(wakeAt == 6000)
        let renewed = texts(attempts.renew(since: time(5500), at: time(5600)))
        #expect(renewed == ["begin 10"])
        _ = failed(10, at: 5600)
        #expect(want(isAwaited: true, at: 5600) == [])
        #expect(wakeAt == 5610)
    }

    // MARK: Ends

    @Test mutating func `when no connection is wanted any more, attempts are abandoned`() {
        _ = want(at: 0)
        _ = tick(at: 250)
        let cancelled = texts(attempts.cancel())
        #expect(cancelled == ["abandon 1", "abandon 2"])
        #expect(wakeAt == nil && attempts.state == .idle)
        let unwanted = attempts.hurry(at: time(300)) + attempts.renew(since: time(300), at: time(300))
        #expect(unwanted == [])
        #expect(failed(1, at: 300) == [])
        let late = attempts.succeeded(2)
        #expect(late == nil)
    }

    @Test mutating func `after a standstill of this process the silence of a server is none`() {
        _ = want(at: 0)
        #expect(tick(at: 350) == [])
        #expect(wakeAt == 600)
        #expect(tick(at: 600) == ["silence since 0", "begin 2 at server 1"])
    }

    @Test mutating func `whatever happens, there is one connection at most, and always a next step`() {
        var random = SeededGenerator(seed: 5)
        for _ in 0..<200 {
            attempts = ConnectionAttempts(answerPatience: .milliseconds(700))
            var now: Int64 = 0
            var running: Set<Int> = []
            var isWanted = false
            for _ in 0..<200 {
                now += .random(in: 0...300, using: &random)
                var actions: [ConnectionAttempts.Action] = []
                let number = running.randomElement(using: &random)
                switch Int.random(in: 0..<10, using: &random) {
                case 0...1:
                    isWanted = true
                    actions = attempts.want(isAwaited: .random(using: &random), at: time(now))
                case 2: actions = attempts.hurry(at: time(now))
                case 3: actions = attempts.renew(since: time(now - 100), at: time(now))
                case 4:
                    guard let number else { continue }
                    running.remove(number)
                    if let others = attempts.succeeded(number) {
                        actions = others
                        isWanted = false
                    }
                case 5...6:
                    guard let number else { continue }
                    running.remove(number)
                    let failure = attempts.failed(number, at: time(now))
                    actions = failure.actions
                    if failure.isOver { isWanted = false }
                case 7:
                    if Int.random(in: 0..<5, using: &random) == 0 {
                        isWanted = false
                        actions = attempts.cancel()
                    }
                default:
                    let progress = ConnectionAttempt.Progress.asked(time(now - 250))
                    actions = attempts.tick(at: time(now)) { _ in progress }
                }
                for case .begin(let number, _) in actions { running.insert(number) }
                #expect(running.count <= ConnectionAttempts.maxAttempts)
                #expect((attempts.wakeAt != nil) == isWanted)
            }
        }
    }
}
