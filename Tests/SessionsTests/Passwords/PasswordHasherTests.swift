import EventLoop
import Testing

@testable import Sessions

@Suite struct PasswordHasherTests {
    static let bcrypt = "$2y$04$NTC4cwLeyEa3lIQch4dieuklIN/u6CNWsVgJEdgVVNGsLVFUhEK9u"
    private static let phpass = "$P$BTrxTZL5TCH.azNrOahK3LA1HlZL85."
    static let password = Array("correct horse battery staple".utf8)

    func verdict(
        on password: [UInt8], _ stored: String?, allowsLegacy: Bool = true
    ) async throws -> PasswordVerdict {
        let result: Result<PasswordVerdict, PasswordHasher.Failure> = await withCheckedContinuation { done in
            EventLoop.spawn {
                let limits = HashingQueue.Limits(threads: 1, bytes: 256 << 20, wait: .seconds(2))
                let hasher = PasswordHasher(limits, allowsLegacy: allowsLegacy)
                do throws(PasswordHasher.Failure) {
                    let place = try hasher.admit(for: Requester())
                    let verdict = try await place.verdict(on: password, stored, isWanted: { true })
                    done.resume(returning: .success(verdict))
                } catch {
                    done.resume(returning: .failure(error))
                }
            }
        }
        return try result.get()
    }

    @Test func `a verdict has the format that matched, and whether the hash is worth replacing`() async throws {
        #expect(try await verdict(on: Self.password, Self.bcrypt) == .matches(.bcrypt, isWorthReplacing: true))
        let ours = try PasswordHasher.hash(Self.password)
        #expect(try await verdict(on: Self.password, ours) == .matches(.argon2id, isWorthReplacing: false))
    }

    @Test func `a hash that truncates the password is not worth replacing`() async throws {
        for typed in [Self.password + [0x20], [0x20] + Self.password, Self.password + [0x0a]] {
            #expect(try await verdict(on: typed, Self.phpass) == .matches(.phpass, isWorthReplacing: false))
        }
        // bcrypt reads 72 bytes.
        let long = try #require(
            PasswordVector.cheap.first { $0.format == .bcrypt && $0.password.count > 72 && $0.pepper.isEmpty })
        for typed in [long.password, long.password + [0x20], Array(long.password.prefix(72))] {
            #expect(try await verdict(on: typed, long.hash) == .matches(.bcrypt, isWorthReplacing: false))
        }
        // A pepper may exceed that.
        let pepper = [UInt8](repeating: 0x61, count: 128)
        let hash = try PasswordHash(Self.bcrypt, pepper: pepper)
        #expect(try hash.readsAll(of: Self.password))
        #expect(try !hash.readsAll(of: [UInt8](repeating: 0x61, count: 72)))
    }

    @Test func `another password, and an unknown user, differ`() async throws {
        #expect(try await verdict(on: [1], Self.bcrypt) == .differs)
        #expect(try await verdict(on: Self.password, nil) == .differs)
    }

    @Test func `if no password can match, the verdict has the reason`() async throws {
        #expect(try await verdict(on: Self.password, "!") == .unverifiable(.unusable))
        #expect(try await verdict(on: Self.password, "{noop}correct horse battery staple") == .unverifiable(.unknown))
        let costly = Self.bcrypt.replacing("$04$", with: "$17$")
        #expect(try await verdict(on: Self.password, costly) == .unverifiable(.tooCostly(.bcrypt)))
    }

    @Test func `a hash above the time limit is refused, at once and without an effect on other logins`() async throws {
        // The highest cost that this format may have at all.
        let costly =
            "$argon2id$v=19$m=262144,t=16,p=16$" + "c29tZXNhbHRzb21lc2FsdA$" + String(repeating: "A", count: 43)
        #expect(try PasswordHash(costly).cost.time > .seconds(3))
        let (verdict, before, after) = await withCheckedContinuation { done in
            EventLoop.spawn {
                let hasher = PasswordHasher(HashingQueue.Limits(threads: 1, bytes: 256 << 20, wait: .seconds(2)))
                await hasher.calibrate().value
                let before = hasher.failureTime(ofPassword: 8)
                let verdict = try? await hasher.admit(for: Requester()).verdict(
                    on: Self.password, costly, isWanted: { true })
                done.resume(returning: (verdict, before, hasher.failureTime(ofPassword: 8)))
            }
        }
        #expect(verdict == .unverifiable(.aboveTimeLimit(.argon2id)))
        #expect(before == after)
    }

    @Test(arguments: [("$2y$14$", true), ("$2y$15$", false)])
    func `the limit is near a second, and can be raised`(_ settings: String, _ isAllowed: Bool) async throws {
        let (usual, raised) = await withCheckedContinuation { done in
            EventLoop.spawn {
                let limits = HashingQueue.Limits(threads: 1, bytes: 256 << 20, wait: .seconds(2))
                let stored = Self.bcrypt.replacing("$2y$04$", with: settings)
                let usual = (try? PasswordHasher(limits).read(stored)) != nil
                let raised = (try? PasswordHasher(limits, timeLimit: .seconds(5)).read(stored)) != nil
                done.resume(returning: (usual, raised))
            }
        }
        #expect(usual == isAllowed && raised)
    }

    @Test func `a network that holds back its share of answers is refused, and others are not`() async throws {
        let (first, second, without) = await withCheckedContinuation { done in
            EventLoop.spawn {
                let hasher = PasswordHasher(HashingQueue.Limits(threads: 1, bytes: 256 << 20, wait: .seconds(600)))
                hasher.learn(shared: HashingCost(time: .seconds(5)))
                var isWanted = true
                let (one, two) = (Requester(address: "192.0.2.1"), Requester(address: "192.0.2.2"))
                for _ in 0..<256 {
                    guard let ticket = try? hasher.admit(for: one) else { break }
                    EventLoop.spawn { await ticket.holdBack { isWanted } }
                    await Reactor.shared.sleep(for: .milliseconds(1))
                }
                let start = BootInstant.now
                await hasher.holdBackRefusal(for: one) { isWanted }
                let without = BootInstant.now - start
                let answers = ((try? hasher.admit(for: one)) != nil, (try? hasher.admit(for: two)) != nil)
                isWanted = false
                done.resume(returning: (answers.0, answers.1, without))
            }
        }
        #expect(!first && second)
        #expect(without < .milliseconds(10), "a refusal is not held back beyond the share")
    }

    @Test func `legacy formats are refused if they are not allowed, other formats are not`() async throws {
        #expect(try await verdict(on: Self.password, Self.phpass) == .matches(.phpass, isWorthReplacing: true))
        #expect(
            try await verdict(on: Self.password, Self.phpass, allowsLegacy: false)
                == .unverifiable(.legacyRefused(.phpass)))
        #expect(try await verdict(on: Self.password, Self.bcrypt, allowsLegacy: false).matches)
    }

    @Test func `while many answers are held back no login is admitted, until they are given or unwanted`()
        async throws
    {
        let (refused, admitted) = await withCheckedContinuation { done in
            EventLoop.spawn {
                let limits = HashingQueue.Limits(threads: 1, bytes: 256 << 20, wait: .seconds(600))
                let hasher = PasswordHasher(limits)
                hasher.learn(shared: HashingCost(time: .seconds(5)))
                var isWanted = true
                for _ in 0..<256 {
                    guard let place = try? hasher.admit(for: Requester()) else { break }
                    EventLoop.spawn { await place.holdBack { isWanted } }
                }
                await Reactor.shared.sleep(for: .milliseconds(50))
                let refused = (try? hasher.admit(for: Requester())) == nil
                isWanted = false
                await Reactor.shared.sleep(for: .seconds(1))
                done.resume(returning: (refused, (try? hasher.admit(for: Requester())) != nil))
            }
        }
        #expect(refused && admitted)
    }

    /// Returns the time from the start of the first password's turn to the verdict on a second one.
    ///
    /// - Parameter slowest: The expected time of the slowest hash.
    private func timeOfSecond(
        after first: [UInt8], _ stored: String?, expecting slowest: Duration
    ) async throws -> Duration {
        try await withCheckedThrowingContinuation { done in
            EventLoop.spawn {
                let limits = HashingQueue.Limits(threads: 1, bytes: 256 << 20, wait: .seconds(30))
                let hasher = PasswordHasher(limits, expecting: HashingCost(time: slowest))
                await hasher.calibrate().value
                let start = BootInstant.now
                EventLoop.spawn {
                    // The ticket is released when the answer arrives.
                    _ = try? await hasher.admit(for: Requester()).verdict(on: first, stored, isWanted: { true })
                }
                await Reactor.shared.sleep(for: .milliseconds(1))
                do {
                    _ = try await hasher.admit(for: Requester()).verdict(on: Self.password, nil, isWanted: { true })
                    done.resume(returning: .now - start)
                } catch {
                    done.resume(throwing: error)
                }
            }
        }
    }

    @Test func `logins behind a failed one wait as long as for the slowest hash, whatever its own was`() async throws {
        // The slowest hash is expected to take twenty times as long as our own: enough to be distinguished on a busy
        // machine.
        let times = try (0..<5).map { _ in
            try ContinuousClock().measure { _ = try Argon2Hash.dummy.matches(Self.password) }
        }
        // The first ones use new memory.
        let ours = try #require(times.min())
        for stored in [nil, Self.bcrypt, "!"] {
            #expect(try await timeOfSecond(after: [1], stored, expecting: ours * 20) > ours * 10)
        }
        // Logins behind a successful one come next, though the machine may be busy meanwhile.
        var least = Duration.seconds(60)
        for _ in 0..<10 where least >= ours * 10 {
            least = min(least, try await timeOfSecond(after: Self.password, Self.bcrypt, expecting: ours * 20))
        }
        #expect(least < ours * 10)
    }

    @Test func `a login that waits much longer than predicted is refused as busy`() async throws {
        let failure: PasswordHasher.Failure? = await withCheckedContinuation { done in
            EventLoop.spawn {
                let hasher = PasswordHasher(HashingQueue.Limits(threads: 1, bytes: 256 << 20, wait: .milliseconds(100)))
                await hasher.calibrate().value
                let tickets = (0..<2).compactMap { _ in try? hasher.admit(for: Requester()) }
                hasher.learn(shared: HashingCost(time: .seconds(2)))
                EventLoop.spawn { _ = try? await tickets[0].verdict(on: [1], nil, isWanted: { true }) }
                await Reactor.shared.sleep(for: .milliseconds(1))
                do throws(PasswordHasher.Failure) {
                    _ = try await tickets[1].verdict(on: [1], nil, isWanted: { true })
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
}
