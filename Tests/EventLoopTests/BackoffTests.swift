import Testing

@testable import EventLoop

@Suite struct BackoffTests {
    @Test func `delays double up to the longest, each between half and all of its full length`() {
        for random in [0.0, 0.5, 0.999] {
            var backoff = Backoff(first: .milliseconds(100), longest: .seconds(1))
            for full in [100, 200, 400, 800, 1000, 1000, 1000] {
                let wait = backoff.next(random: random)
                #expect(wait >= .milliseconds(full / 2))
                #expect(wait <= .milliseconds(full))
            }
        }
    }

    @Test func `a success resets the delay`() {
        var backoff = Backoff(first: .milliseconds(100), longest: .seconds(1))
        for _ in 0..<5 { _ = backoff.next(random: 0.5) }
        backoff.reset()
        #expect(backoff.next(random: 0) == .milliseconds(50))
    }

    @Test func `many failures do not overflow`() {
        var backoff = Backoff(first: .seconds(1), longest: .seconds(30))
        for _ in 0..<200 { #expect(backoff.next() <= .seconds(30)) }
    }
}
