import EventLoop
import Testing

@testable import Sessions

@Suite struct PasswordHasherTests {
    private static let bcrypt = "$2y$04$NTC4cwLeyEa3lIQch4dieuklIN/u6CNWsVgJEdgVVNGsLVFUhEK9u"
    private static let phpass = "$P$BTrxTZL5TCH.azNrOahK3LA1HlZL85."
    private static let password = Array("correct horse battery staple".utf8)

    private func verdict(
        on password: [UInt8], _ stored: String?, allowsLegacy: Bool = true
    ) async throws -> PasswordVerdict {
        let result: Result<PasswordVerdict, PasswordHasher.Failure> = await withCheckedContinuation { done in
            EventLoop.spawn {
                let limits = HashingQueue.Limits(threads: 1, bytes: 256 << 20, wait: .seconds(2))
                let hasher = PasswordHasher(limits, allowsLegacy: allowsLegacy)
                do throws(PasswordHasher.Failure) {
                    let place = try hasher.admit()
                    let verdict = try await place.verdict(on: password, stored, isWanted: { true })
                    done.resume(returning: .success(verdict))
                } catch {
                    done.resume(returning: .failure(error))
                }
            }
        }
        return try result.get()
    }

    @Test func `a verdict says which format matched, and whether the hash is one of ours`() async throws {
        #expect(try await verdict(on: Self.password, Self.bcrypt) == .matches(.bcrypt, isWorthReplacing: true))
        let ours = try PasswordHasher.hash(Self.password)
        #expect(try await verdict(on: Self.password, ours) == .matches(.argon2id, isWorthReplacing: false))
    }

    @Test func `a hash that takes the password with something cut off stays as it is`() async throws {
        for typed in [Self.password + [0x20], [0x20] + Self.password, Self.password + [0x0a]] {
            #expect(try await verdict(on: typed, Self.phpass) == .matches(.phpass, isWorthReplacing: false))
        }
        // bcrypt reads 72 bytes.
        let long = try #require(
            PasswordVector.cheap.first { $0.format == .bcrypt && $0.password.count > 72 && $0.pepper.isEmpty })
        for typed in [long.password, long.password + [0x20], Array(long.password.prefix(72))] {
            #expect(try await verdict(on: typed, long.hash) == .matches(.bcrypt, isWorthReplacing: false))
        }
        // A pepper may go beyond that.
        let pepper = [UInt8](repeating: 0x61, count: 128)
        let hash = try PasswordHash(Self.bcrypt, pepper: pepper)
        #expect(try hash.readsAll(of: Self.password))
        #expect(try !hash.readsAll(of: [UInt8](repeating: 0x61, count: 72)))
    }

    @Test func `another password, and a user whom nobody knows, differ`() async throws {
        #expect(try await verdict(on: [1], Self.bcrypt) == .differs)
        #expect(try await verdict(on: Self.password, nil) == .differs)
    }

    @Test func `where no password can match, the verdict says why`() async throws {
        #expect(try await verdict(on: Self.password, "!") == .unverifiable(.unusable))
        #expect(try await verdict(on: Self.password, "{noop}correct horse battery staple") == .unverifiable(.unknown))
        let costly = Self.bcrypt.replacing("$04$", with: "$17$")
        #expect(try await verdict(on: Self.password, costly) == .unverifiable(.tooCostly(.bcrypt)))
    }

    @Test func `legacy formats are refused where they are not allowed, and the others are not`() async throws {
        #expect(try await verdict(on: Self.password, Self.phpass) == .matches(.phpass, isWorthReplacing: true))
        #expect(
            try await verdict(on: Self.password, Self.phpass, allowsLegacy: false)
                == .unverifiable(.legacyRefused(.phpass)))
        #expect(try await verdict(on: Self.password, Self.bcrypt, allowsLegacy: false).matches)
    }

    @Test func `when many answers are held back nobody is admitted, until they are given or nobody wants them`()
        async throws
    {
        let (refused, admitted) = await withCheckedContinuation { done in
            EventLoop.spawn {
                let limits = HashingQueue.Limits(threads: 1, bytes: 256 << 20, wait: .seconds(600))
                let hasher = PasswordHasher(limits)
                hasher.learn(shared: HashingCost(time: .seconds(5)))
                var isWanted = true
                for _ in 0..<256 {
                    guard let place = try? hasher.admit() else { break }
                    EventLoop.spawn { await place.holdBack { isWanted } }
                }
                await Reactor.shared.sleep(for: .milliseconds(50))
                let refused = (try? hasher.admit()) == nil
                isWanted = false
                await Reactor.shared.sleep(for: .seconds(1))
                done.resume(returning: (refused, (try? hasher.admit()) != nil))
            }
        }
        #expect(refused && admitted)
    }

    /// How long the verdict on a second password takes from the moment when the first one's turn came.
    ///
    /// - Parameter slowest: what the slowest hash is reckoned to take.
    private func timeOfSecond(
        after first: [UInt8], _ stored: String?, expecting slowest: Duration
    ) async throws -> Duration {
        try await withCheckedThrowingContinuation { done in
            EventLoop.spawn {
                let limits = HashingQueue.Limits(threads: 1, bytes: 256 << 20, wait: .seconds(30))
                let hasher = PasswordHasher(limits, expecting: HashingCost(time: slowest))
                let start = BootInstant.now
                EventLoop.spawn {
                    // Whoever sent it has gone when it is answered.
                    _ = try? await hasher.admit().verdict(on: first, stored, isWanted: { true })
                }
                await Reactor.shared.sleep(for: .milliseconds(1))
                do {
                    _ = try await hasher.admit().verdict(on: Self.password, nil, isWanted: { true })
                    done.resume(returning: .now - start)
                } catch {
                    done.resume(throwing: error)
                }
            }
        }
    }

    @Test func `those behind a failed login wait as long as for the slowest hash, whatever its own was`() async throws {
        // Twenty times as long as one of ours are reckoned for the slowest: enough to be told apart on a busy machine.
        let times = try (0..<5).map { _ in
            try ContinuousClock().measure { _ = try Argon2Hash.ofNobody.matches(Self.password) }
        }
        // The first ones find new memory.
        let ours = try #require(times.min())
        for stored in [nil, Self.bcrypt, "!"] {
            #expect(try await timeOfSecond(after: [1], stored, expecting: ours * 20) > ours * 10)
        }
        // Behind one that succeeds they come next, though the machine may do something else meanwhile.
        var least = Duration.seconds(60)
        for _ in 0..<10 where least >= ours * 10 {
            least = min(least, try await timeOfSecond(after: Self.password, Self.bcrypt, expecting: ours * 20))
        }
        #expect(least < ours * 10)
    }

    @Test func `who waits much longer than was to be expected is told that there are too many`() async throws {
        let failure: PasswordHasher.Failure? = await withCheckedContinuation { done in
            EventLoop.spawn {
                let hasher = PasswordHasher(HashingQueue.Limits(threads: 1, bytes: 256 << 20, wait: .milliseconds(100)))
                let places = (0..<2).compactMap { _ in try? hasher.admit() }
                hasher.learn(shared: HashingCost(time: .seconds(2)))
                EventLoop.spawn { _ = try? await places[0].verdict(on: [1], nil, isWanted: { true }) }
                await Reactor.shared.sleep(for: .milliseconds(1))
                do throws(PasswordHasher.Failure) {
                    _ = try await places[1].verdict(on: [1], nil, isWanted: { true })
                    done.resume(returning: nil)
                } catch {
                    done.resume(returning: error)
                }
            }
        }
        guard case .busy(let seconds) = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(seconds >= 1)
    }

    @Test func `what cannot be checked takes the time of one of our hashes`() async throws {
        let clock = ContinuousClock()
        let ours = try clock.measure { _ = try Argon2Hash.ofNobody.matches(Self.password) }
        for stored in [nil, "", "secret", Self.bcrypt.replacing("$04$", with: "$17$")] {
            let start = clock.now
            _ = try await verdict(on: Self.password, stored)
            #expect(start.duration(to: clock.now) > ours / 8)
        }
    }
}
