import EventLoop
import Testing

@testable import Sessions

/// The longest wait of a login for its turn.
@Suite struct PasswordHasherWaitTests {
    @Test func `a login whose turn does not come is refused as busy, and does not wait for it`() async {
        let (failure, time): (PasswordHasher.Failure?, Duration) = await withCheckedContinuation { done in
            EventLoop.spawn {
                let hasher = PasswordHasher(HashingQueue.Limits(threads: 1, bytes: 256 << 20, wait: .milliseconds(100)))
                await hasher.calibrate().value
                let tickets = (0..<2).compactMap { _ in try? hasher.admit(for: Requester()) }
                // The turn of the first login lasts that long.
                hasher.learn(shared: HashingCost(time: .seconds(8)))
                EventLoop.spawn { _ = try? await tickets[0].verdict(on: [1], nil, isWanted: { true }) }
                await Reactor.shared.sleep(for: .milliseconds(1))
                let start = BootInstant.now
                do throws(PasswordHasher.Failure) {
                    _ = try await tickets[1].verdict(on: [1], nil, isWanted: { true })
                    done.resume(returning: (nil, BootInstant.now - start))
                } catch {
                    done.resume(returning: (error, BootInstant.now - start))
                }
            }
        }
        guard case .busy(let seconds) = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(seconds >= 1)
        // The longest wait is a second here; the turn before takes eight.
        #expect(time > .milliseconds(990) && time < .seconds(6), "\(time)")
    }
}
