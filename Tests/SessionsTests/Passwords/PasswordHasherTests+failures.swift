import EventLoop
import Testing

@testable import Sessions

// The time that failed logins take.
extension PasswordHasherTests {
    @Test func `the calibration computes a hash of each algorithm`() {
        #expect(HashingCalibration.samples.count == 11)
        for sample in HashingCalibration.samples {
            // A sample that a library rejects would take no time.
            #expect((0.1..<20).contains(HashingCalibration.slowness(of: sample)), "\(sample)")
        }
    }

    @Test func `a failed login takes twice as long as any hash on this machine, whatever its format`() throws {
        let measured = HashingCalibration.slowness()
        for format in PasswordFormat.allCases {
            let hashes = try PasswordVector.all.filter { $0.format == format }.map { try $0.read() }
                .sorted { $0.cost.time < $1.cost.time }
            let hash = try #require(hashes.first { $0.cost.time > .milliseconds(5) } ?? hashes.last)
            var delay = FailedLoginDelay(own: Argon2Hash.dummy.cost, expecting: hash.cost)
            for length in hash.cost.timePerByte > .zero ? [8, 500] : [8] {
                let password = [UInt8](repeating: 0x61, count: length)
                // The first one of three may use new memory, and the machine's speed may have changed since it was measured.
                let isShort = try (0..<3).contains { attempt in
                    delay.slowness = attempt == 0 ? measured : HashingCalibration.slowness()
                    let time = try HashingCalibration.processorTime { () throws(HashingFailure) in
                        try hash.matches(password)
                    }
                    return time * 2 < delay.time(ofPassword: length)
                }
                #expect(isShort, "\(format), \(length) bytes")
            }
        }
    }

    /// Returns the times of failed logins, one after the other, of a fresh hasher; and the time that the last of them
    /// was to take.
    private func timesOfFailures(
        _ count: Int, shared: HashingCost
    ) async throws -> (times: [Duration], last: Duration) {
        try await withCheckedThrowingContinuation { done in
            EventLoop.spawn {
                let hasher = PasswordHasher(.init(threads: 1, bytes: 256 << 20, wait: .seconds(30)))
                hasher.learn(shared: shared)
                do throws(PasswordHasher.Failure) {
                    var times: [Duration] = []
                    for _ in 0..<count {
                        let ticket = try hasher.admit(for: Requester())
                        let start = BootInstant.now
                        _ = try await ticket.verdict(on: [1], nil, isWanted: { true })
                        await ticket.holdBack { true }
                        times.append(.now - start)
                    }
                    done.resume(returning: (times, hasher.failureTime(ofPassword: 1)))
                } catch {
                    done.resume(throwing: error)
                }
            }
        }
    }

    @Test func `the first failed login of a fresh hasher takes as long as later ones`() async throws {
        // With and without hashes that another worker knows, which this one has never computed.
        for shared in [HashingCost(time: .zero), HashingCost(time: .milliseconds(100))] {
            let (times, last) = try await timesOfFailures(5, shared: shared)
            // The first one waits for the calibration besides; one on a busy machine may take a multiple.
            #expect(times.allSatisfy { $0 > last * 0.99 }, "\(times), not \(last)")
            #expect(times[0] < last * 1.2 + .seconds(1), "\(times), not \(last)")
            #expect(times.dropFirst().contains { $0 < last * 1.2 }, "\(times), not \(last)")
        }
    }

    @Test func `a login without a hash to check takes the time of our own hash`() async throws {
        let clock = ContinuousClock()
        let ours = try clock.measure { _ = try Argon2Hash.dummy.matches(Self.password) }
        for stored in [nil, "", "secret", Self.bcrypt.replacing("$04$", with: "$17$")] {
            let start = clock.now
            _ = try await verdict(on: Self.password, stored)
            #expect(start.duration(to: clock.now) > ours / 8)
        }
    }
}
