import Glibc
import Testing

@testable import EventLoop

/// The loop with its own thread, as in a program that has not called `run`.
@Suite struct EventLoopTests {
    @Test func `a task runs on the loop's own thread`() async {
        let thread = await onLoop { UInt(pthread_self()) }
        let again = await onLoop { UInt(pthread_self()) }
        #expect(thread == again)
        #expect(thread != UInt(pthread_self()))
    }

    @Test func `a continuation that the loop resumes runs without leaving the loop`() async {
        let count = await onLoop { @EventLoop () async -> Int in
            let before = EventLoop.statistics
            for _ in 0..<1000 { await Reactor.shared.sleep(for: .zero) }
            let after = EventLoop.statistics
            return after.enqueuedByOtherThreads - before.enqueuedByOtherThreads
        }
        #expect(count == 0)
    }

    @Test func `only helper threads enqueue jobs from outside the loop`() async {
        let threads = HelperThreads(name: "test-helper", threads: 2, waiting: 1000)
        let (helpers, others) = await onLoop { @EventLoop () async -> (Int, Int) in
            let before = EventLoop.statistics
            await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
                var left = 400
                for number in 0..<400 {
                    EventLoop.spawn {
                        let result = try? await threads.run { number * 2 }
                        precondition(result == number * 2)
                        await Reactor.shared.sleep(for: .microseconds(100))
                        left -= 1
                        if left == 0 { done.resume() }
                    }
                }
            }
            let after = EventLoop.statistics
            return (
                after.enqueuedByHelperThreads - before.enqueuedByHelperThreads,
                after.enqueuedByOtherThreads - before.enqueuedByOtherThreads
            )
        }
        // A result that is available before its task waits for it enqueues nothing.
        #expect((1...400).contains(helpers))
        #expect(others == 0)
    }

    @Test func `timers fire in the order of their deadlines, and a cancelled one does not`() async {
        let order = await onLoop { @EventLoop () async -> [Int] in
            var order: [Int] = []
            await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
                let now = BootInstant.now
                Reactor.shared.schedule(at: now + .milliseconds(30)) { done.resume() }
                Reactor.shared.schedule(at: now + .milliseconds(20)) { order.append(2) }
                Reactor.shared.schedule(at: now + .milliseconds(10)) { order.append(1) }
                let never = Reactor.shared.schedule(at: now + .milliseconds(15)) { order.append(99) }
                never.cancel()
            }
            return order
        }
        #expect(order == [1, 2])
    }

    @Test func `a timer is never early`() async {
        let waited = await onLoop { @EventLoop () async -> Duration in
            let start = BootInstant.now
            await Reactor.shared.sleep(for: .microseconds(1500))
            return .now - start
        }
        #expect(waited >= .microseconds(1500))
    }

    @Test func `a turn that takes long is a standstill, which handlers know of`() async {
        let (before, after) = await onLoop { @EventLoop () async -> (BootInstant, BootInstant?) in
            await Reactor.shared.sleep(for: .milliseconds(5))
            let before = BootInstant.now
            let end = before + StandstillWatch.shortest + .milliseconds(50)
            while .now < end {}
            await Reactor.shared.sleep(for: .milliseconds(1))
            return (before, Reactor.shared.lastStandstill)
        }
        #expect(after.map { $0 > before } == true)
    }

    @Test func `a descriptor's handler is called when it is readable, and not after its removal`() async throws {
        let count = await onLoop { @EventLoop () async -> Int in
            var pipe: [Int32] = [0, 0]
            unsafe precondition(Glibc.pipe(&pipe) == 0)
            let handler = CountingHandler(reading: pipe[0])
            Reactor.shared.add(pipe[0], [.readable], handler)
            var byte: UInt8 = 1
            unsafe _ = write(pipe[1], &byte, 1)
            await Reactor.shared.sleep(for: .milliseconds(20))
            Reactor.shared.remove(pipe[0])
            unsafe _ = write(pipe[1], &byte, 1)
            await Reactor.shared.sleep(for: .milliseconds(20))
            close(pipe[0])
            close(pipe[1])
            return handler.calls
        }
        #expect(count == 1)
    }

    @Test func `the work gathered in a turn is flushed once at its end`() async {
        let flushes = await onLoop { @EventLoop () async -> Int in
            let flusher = CountingFlusher()
            for _ in 0..<10 { EventLoop.spawn { flusher.gather() } }
            await Reactor.shared.sleep(for: .milliseconds(10))
            return flusher.flushes
        }
        #expect(flushes == 1)
    }

    /// Runs `body` on the loop and waits for it.
    private func onLoop<T: Sendable>(_ body: @escaping @Sendable @EventLoop () async -> T) async -> T {
        await withCheckedContinuation { continuation in
            EventLoop.spawn { continuation.resume(returning: await body()) }
        }
    }
}

@EventLoop
private final class CountingHandler: ReadinessHandler {
    private let descriptor: Int32
    private(set) var calls = 0

    init(reading descriptor: Int32) {
        self.descriptor = descriptor
    }

    func ready(_ readiness: Readiness) {
        calls += 1
        var byte: UInt8 = 0
        unsafe _ = read(descriptor, &byte, 1)
    }
}

@EventLoop
private final class CountingFlusher: TurnEndHandler {
    private(set) var flushes = 0
    private var isDirty = false

    func gather() {
        guard !isDirty else { return }
        isDirty = true
        Reactor.shared.atTurnEnd(self)
    }

    func turnEnds() {
        isDirty = false
        flushes += 1
    }
}
