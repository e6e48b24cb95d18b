import TestSupport
import Testing

@testable import Sessions

/// The throttle's limits for one user and one username.
@Suite struct LoginThrottleTests {
    /// The addresses from 198.51.100.0 on.
    private static let manyAddresses: @Sendable (Int) -> String? = { "198.51.100.\($0)" }

    @Test func `of two hundred concurrent logins on eight pods exactly ten are admitted`() async throws {
        let stores = try await ThrottledStores(8)
        #expect(try await stores.allowed(of: 200, from: Self.manyAddresses) == 10)
        #expect(try await stores.allowed(of: 200, userID: "2") { _ in nil } == 0, "the name is the same")
        #expect(try stores.failures().max() == 10)
    }

    @Test func `a known address gets the rest of the hundred attempts per hour`() async throws {
        let stores = try await ThrottledStores(8)
        try await stores.signIn(from: "192.0.2.7")
        try stores.setFailures(95, every: 37)
        try stores.age(by: "40 seconds")
        #expect(try await stores.allowed(of: 100) { _ in "192.0.2.7" } == 5)
        // The oldest failure is 94 * 37 + 40 s old. Another attempt is allowed when it is an hour old.
        let wait = try #require(try await stores.fail(from: "192.0.2.7"))
        #expect((60...82).contains(wait), "\(wait)")
        try stores.age(by: "\(wait) seconds")
        #expect(try await stores.allowed(of: 10) { _ in "192.0.2.7" } == 1)
    }

    @Test func `unknown addresses get eighty attempts per hour, without effect on a known one`() async throws {
        let stores = try await ThrottledStores()
        try await stores.signIn(from: "192.0.2.7")
        try stores.setFailures(79, every: 40)
        #expect(try #require(try await stores.fail()) == 30, "the delay")
        #expect(try await stores.fail(from: "192.0.2.7") == nil)
        try stores.setFailures(79, every: 40)
        try stores.age(by: "31 seconds")
        #expect(try await stores.fail() == nil)
        try stores.age(by: "31 seconds")
        // The oldest failure is 78 * 40 + 62 s old.
        let wait = try #require(try await stores.fail())
        #expect((400...418).contains(wait), "\(wait)")
        #expect(try await stores.fail(from: nil) != nil, "a client without an address is a stranger")
        try await stores.signIn(from: "192.0.2.7")
    }

    @Test(arguments: [(9, nil), (10, 1), (11, 2), (12, 4), (13, 8), (14, 16), (15, 30), (40, 30)] as [(Int, Int?)])
    func `after ten failures each further one doubles the delay, up to 30 s`(
        failures: Int, delay: Int?
    ) async throws {
        let stores = try await ThrottledStores()
        for (name, userID) in [("ann", "1"), ("ann", nil), ("other", "1")] {
            try stores.setFailures(failures)
            #expect(try await stores.fail(name, userID: userID) == delay)
            guard let delay else { continue }
            try stores.age(by: "\(delay) seconds")
            #expect(try await stores.fail(name, userID: userID) == nil)
        }
    }

    @Test func `each failure is discarded after an hour`() async throws {
        let stores = try await ThrottledStores()
        try stores.setFailures(12, every: 60)
        #expect(try await stores.fail() == 4)
        // Three failures are older than an hour then.
        try stores.age(by: "3421 seconds")
        #expect(try await stores.fail() == nil)
        #expect(try stores.failures().max() == 4)
        try stores.age(by: "3600 seconds")
        for _ in 0..<10 { #expect(try await stores.fail() == nil) }
        #expect(try await stores.fail() == 1)
    }

    @Test func `a successful login is not counted, and discards the pair's failures`() async throws {
        let stores = try await ThrottledStores()
        for _ in 0..<30 { try await stores.signIn() }
        #expect(try stores.failures() == [0], "the pair that is known")
        for _ in 0..<10 { #expect(try await stores.fail() == nil) }
        #expect(try await stores.fail() == 1)
        try stores.age(by: "1 second")
        try await stores.signIn()
        // The user's own failures from other addresses stay.
        #expect(try stores.failures() == [10, 10, 0])
        #expect(try await stores.fail(from: "192.0.2.2") == nil, "the second is over")
        #expect(try await stores.fail(from: "192.0.2.2") == 2)
        for _ in 0..<10 { #expect(try await stores.fail() == nil) }
        #expect(try await stores.fail() == 1)
    }

    @Test func `an address is known for ninety days after the last login`() async throws {
        let stores = try await ThrottledStores()
        try await stores.signIn()
        try stores.age(by: "89 days")
        try stores.setFailures(20)
        try await stores.signIn()
        try stores.age(by: "89 days")
        try stores.setFailures(20)
        #expect(try await stores.fail() == nil)
        try stores.age(by: "2 days")
        try stores.setFailures(20)
        #expect(try await stores.fail() == 30)
    }

    @Test func `an attempt counts if the process ends before settling it, and not if it is released`() async throws {
        let stores = try await ThrottledStores(2)
        for _ in 0..<10 { #expect(try await stores.fail() == nil) }
        await stores.pods[0].store.close()
        #expect(try await stores.fail(on: 1) == 1)
        try stores.age(by: "1 second")
        for _ in 0..<30 {
            guard case .allowed(let reservation) = try await stores.ask(on: 1) else {
                Issue.record("one attempt is open")
                break
            }
            try await stores.pods[1].store.release(reservation)
        }
        #expect(try stores.failures() == [10, 10, 10])
    }

    @Test func `names with the same normal form share failures, whether a user exists or not`()
        async throws
    {
        for userID in ["1", nil] {
            let stores = try await ThrottledStores()
            for _ in 0..<10 { #expect(try await stores.fail("ann", userID: userID) == nil) }
            for name in ["ANN", "Ann", "\u{ff41}nn"] {
                #expect(try await stores.fail(name, userID: nil) == 1, "\(name)")
            }
            #expect(try await stores.fail("anne", userID: nil) == nil)
        }
    }

    @Test func `the failures of a user count under every name`() async throws {
        let stores = try await ThrottledStores()
        for number in 0..<10 { #expect(try await stores.fail("ann\(number)") == nil) }
        #expect(try await stores.fail("ann@example.com") == 1)
        #expect(try await stores.fail("ann@example.com", userID: "2") == nil)
    }

    @Test func `a clock that was a year ahead locks nobody out`() async throws {
        let stores = try await ThrottledStores()
        try await stores.signIn()
        for _ in 0..<10 { #expect(try await stores.fail() == nil) }
        try stores.age(by: "-1 year")
        for _ in 0..<10 { #expect(try await stores.fail() == nil) }
        #expect(try await stores.fail() == 1)
    }
}
